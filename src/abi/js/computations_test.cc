#include "abi/js/computations.h"

#include <gtest/gtest.h>

#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

std::string message(std::uint32_t what, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                    const std::vector<std::string>& parts) {
  std::string out;
  ByteWriter writer(out);
  for (const std::uint32_t number : {what, a, b, c, static_cast<std::uint32_t>(parts.size())})
    writer.number(number);
  for (const auto& part : parts) writer.prefixed_text(part);
  return out;
}

MutableByteView writable(std::string& text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

std::string error_text(const Computations& computations, std::int64_t number) {
  EXPECT_LT(number, 0);
  EXPECT_EQ(static_cast<std::size_t>(-1 - number), computations.taken().size());
  return std::string(computations.taken());
}

TEST(Computations, DigestInOneStep) {
  Computations computations;
  const auto handle =
      computations.codec(as_bytes(message(WWS_CODEC_DIGEST, WWS_HASH_SHA256, 0, 0, {})));
  ASSERT_GT(handle, 0);
  std::string out(256, '\0');
  const auto step = computations.codec_step(static_cast<std::uint32_t>(handle), as_bytes("abc"),
                                            writable(out), codec::Codec::Input::Last);
  EXPECT_EQ(step, 3 | std::int64_t{32} << 24 | std::int64_t{1} << 48);
  EXPECT_EQ(out.substr(0, 4), "\xba\x78\x16\xbf");
}

TEST(Computations, RefuseMessagesThatAreCutShortAtAnyPlace) {
  const std::string whole = message(WWS_CODEC_ENCRYPT, WWS_CIPHER_GCM, 16, 0,
                                    {std::string(16, 'k'), std::string(12, 'i'), "more"});
  ASSERT_TRUE(decode_computation(as_bytes(whole)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Computations computations;
    EXPECT_LT(computations.codec(as_bytes(whole).first(size)), 0) << size;
    EXPECT_LT(computations.crypto(as_bytes(whole).first(size)), 0) << size;
  }
}

TEST(Computations, RefuseEveryNumberThatNamesNothing) {
  for (const std::uint32_t what : {0u, 7u, 20u, 255u, 256u, 0xffffffffu}) {
    for (std::size_t parts = 0; parts <= 9; ++parts) {
      Computations computations;
      const auto text = message(what, what, what, what, std::vector<std::string>(parts, "x"));
      EXPECT_LT(computations.codec(as_bytes(text)), 0);
      EXPECT_LT(computations.crypto(as_bytes(text)), 0);
    }
  }
}

TEST(Computations, TakeAnyCombinationOfNumbersAndParts) {
  for (std::uint32_t what = 0; what < 21; ++what) {
    for (std::uint32_t a = 0; a < 8; ++a) {
      for (std::size_t parts = 0; parts <= 8; ++parts) {
        Computations computations;
        const auto text =
            message(what, a, 16, 2, std::vector<std::string>(parts, std::string(16, 'x')));
        const auto decoded = decode_computation(as_bytes(text));
        ASSERT_TRUE(decoded);
        if (!is_slow(*decoded)) (void)computations.crypto(as_bytes(text));
        (void)computations.codec(as_bytes(text));
      }
    }
  }
}

TEST(Computations, RefuseRoomThatIsTooSmallOrOverlaps) {
  Computations computations;
  const auto handle = static_cast<std::uint32_t>(
      computations.codec(as_bytes(message(WWS_CODEC_COMPRESS, WWS_FORMAT_GZIP, 0, 0, {}))));
  std::string memory(1000, 'x');
  const auto out = writable(memory);
  const auto input = codec::Codec::Input::Last;
  EXPECT_LT(computations.codec_step(handle, as_bytes("a"), out.first(255), input), 0);
  EXPECT_LT(computations.codec_step(handle, out.first(10), out, input), 0);
  EXPECT_LT(computations.codec_step(handle + 1, as_bytes("a"), out, input), 0);
  EXPECT_GT(computations.codec_step(handle, as_bytes("a"), out, input), 0);
}

TEST(Computations, BoundHowManyCodecsThereAreAndWhatTheyHold) {
  const auto brotli = message(WWS_CODEC_DECOMPRESS, WWS_FORMAT_BROTLI, 0, 0, {});
  Computations computations;
  std::int32_t last = 1;
  int count = 0;
  while ((last = computations.codec(as_bytes(brotli))) > 0) ++count;
  EXPECT_GT(count, 1);
  EXPECT_LT(count, 10);
  EXPECT_EQ(error_text(computations, last),
            "too many streams are being compressed or decompressed at once");
  computations.codec_end(1);
  EXPECT_GT(computations.codec(as_bytes(brotli)), 0);
}

TEST(Computations, LeaveSlowOnesToCompute) {
  Computations computations;
  const auto text = message(WWS_CRYPTO_GENERATE, WWS_KEY_RSA, 1024, 0, {std::string("\1\0\1", 3)});
  EXPECT_LT(computations.crypto(as_bytes(text)), 0);
  EXPECT_TRUE(run(*decode_computation(as_bytes(text))));
}

TEST(Computations, SayWhyInATextToTake) {
  Computations computations;
  const auto number =
      computations.crypto(as_bytes(message(WWS_CRYPTO_WRAP, 0, 0, 0, {"key", "data"})));
  EXPECT_EQ(error_text(computations, number), "an AES key has 128, 192 or 256 bits");
}

}  // namespace
}  // namespace wws::abi::js
