#include "codec/compress.h"

#include <gtest/gtest.h>

#include <string>

namespace wws::codec::compress {
namespace {

MutableByteView writable(std::string& text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

// What a compressor gives for `text` and a flush.
std::string flushed(Codec& codec, std::string_view text) {
  std::string out, room(Codec::kLeastRoom, '\0');
  for (;;) {
    const auto step = codec.step(as_bytes(text), writable(room), Codec::Input::Flush);
    if (!step) return {};
    out.append(room, 0, step->written);
    text.remove_prefix(step->consumed);
    if (step->flushed) return out;
  }
}

// Runs a codec to its end, in pieces of `piece` bytes. Errors as the codec's.
Result<std::string> drive(Codec& codec, std::string_view text, std::size_t piece = 1000) {
  std::string out, room(4096, '\0');
  for (;;) {
    const bool last = piece >= text.size();
    const auto step = codec.step(as_bytes(text.substr(0, piece)), writable(room),
                                 last ? Codec::Input::Last : Codec::Input::More);
    if (!step) return fail(step.error());
    out.append(room, 0, step->written);
    text.remove_prefix(step->consumed);
    if (step->finished) return text.empty() ? out : out + "|" + std::string(text);
  }
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919 % 1000) + ",";
  return text;
}

TEST(SmallDeflate, GivesBackWhatWentInWithinItsWindow) {
  for (const int bits : {9, 12, 15}) {
    auto packer = make_raw_deflate(Direction::Compress, bits);
    auto unpacker = make_raw_deflate(Direction::Decompress, bits);
    ASSERT_TRUE(packer && unpacker);
    const auto packed = drive(**packer, sample());
    ASSERT_TRUE(packed);
    EXPECT_LT(packed->size(), sample().size());
    EXPECT_EQ(drive(**unpacker, *packed, 77).value(), sample());
  }
  EXPECT_FALSE(make_raw_deflate(Direction::Compress, 8));
  EXPECT_FALSE(make_raw_deflate(Direction::Decompress, 16));
}

class Formats : public testing::TestWithParam<Format> {
 protected:
  std::unique_ptr<Codec> codec(Direction direction) { return *make(GetParam(), direction); }
};

TEST_P(Formats, GiveBackWhatWentIn) {
  const auto packed = drive(*codec(Direction::Compress), sample());
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), sample().size() / 2);
  const auto plain = drive(*codec(Direction::Decompress), *packed, 77);
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, sample());
}

TEST_P(Formats, PackWithMoreEffortToo) {
  // Numbers in words: what is alike lies far apart.
  std::string text;
  for (unsigned i = 0; i < 20'000; ++i) {
    constexpr const char* kWords[] = {"one ", "two ", "three ", "four ", "five ", "six ", "seven "};
    for (unsigned n = i; n > 0; n /= 7) text += kWords[n % 7];
    text += "\n";
  }
  const auto small = drive(**make(GetParam(), Direction::Compress, Effort::Small), text);
  ASSERT_TRUE(small);
  EXPECT_LT(small->size(), text.size() / 4);
  EXPECT_EQ(*drive(*codec(Direction::Decompress), *small), text);
}

TEST_P(Formats, GiveOutAtAFlushWhatWentIn) {
  auto pack = codec(Direction::Compress);
  auto unpack = codec(Direction::Decompress);
  std::string seen;
  for (const std::string part : {"first ", "second ", "third"}) {
    const auto packed = flushed(*pack, part);
    ASSERT_FALSE(packed.empty());
    std::string room(4096, '\0');
    const auto step = unpack->step(as_bytes(packed), writable(room), Codec::Input::More);
    ASSERT_TRUE(step);
    seen.append(room, 0, step->written);
    EXPECT_TRUE(seen.ends_with(part)) << seen;
  }
  EXPECT_EQ(seen, "first second third");
}

TEST_P(Formats, PackNothing) {
  const auto packed = drive(*codec(Direction::Compress), "");
  ASSERT_TRUE(packed);
  EXPECT_EQ(*drive(*codec(Direction::Decompress), *packed), "");
}

TEST_P(Formats, TellDataThatEndTooEarly) {
  const auto packed = drive(*codec(Direction::Compress), sample());
  const auto plain = drive(*codec(Direction::Decompress), packed->substr(0, packed->size() - 3));
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().kind(), ErrorKind::Invalid);
}

TEST_P(Formats, RefuseNoise) {
  const auto plain = drive(*codec(Direction::Decompress), std::string(500, '\xf7'));
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().kind(), ErrorKind::Invalid);
}

TEST_P(Formats, LeaveWhatFollowsTheEnd) {
  const auto packed = drive(*codec(Direction::Compress), "hello");
  EXPECT_EQ(*drive(*codec(Direction::Decompress), *packed + "rest"), "hello|rest");
}

TEST_P(Formats, TakeAndGiveNoMoreThanAPieceAtATime) {
  const std::string zeros(8u << 20, '\0');
  const auto packed = drive(*codec(Direction::Compress), zeros, zeros.size());
  ASSERT_TRUE(packed);
  std::string room(zeros.size(), 'x');
  auto unpack = codec(Direction::Decompress);
  const auto step = unpack->step(as_bytes(*packed), writable(room), Codec::Input::Last);
  ASSERT_TRUE(step);
  EXPECT_LE(step->written, 128u * 1024);
  EXPECT_FALSE(step->finished);
}

INSTANTIATE_TEST_SUITE_P(All, Formats,
                         testing::Values(Format::Deflate, Format::DeflateRaw, Format::Gzip,
                                         Format::Brotli, Format::Zstd));

TEST(Compress, RefusesAnUnknownFormat) {
  EXPECT_FALSE(make(static_cast<Format>(9), Direction::Compress));
}

}  // namespace
}  // namespace wws::codec::compress
