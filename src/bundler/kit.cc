#include "bundler/kit.h"

#include "codec/compress.h"

namespace wws::bundler {
namespace {

constexpr std::string_view kMagic = "wwskit1\n";
constexpr std::size_t kIdSize = 32;
constexpr std::uint64_t kMostBytes = 256u << 20;

std::unexpected<Error> damaged() {
  return fail(ErrorKind::Internal, "the bundler inside of this program is damaged: build it again");
}

}  // namespace

Result<Kit> read_kit(ByteView bytes) {
  ByteReader reader(bytes);
  if (reader.text(kMagic.size()) != kMagic) return damaged();
  Kit kit;
  kit.id = reader.text(kIdSize);
  for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.ok(); --left) {
    const std::string_view name = reader.prefixed_text();
    PackedFile& file = kit.files[name];
    file.size = reader.number<std::uint64_t>();
    file.bytes = reader.bytes(reader.number<std::uint64_t>());
    if (file.size > kMostBytes) return damaged();
  }
  if (!reader.ok() || !kit.files.contains(kEsbuildFile)) return damaged();
  return kit;
}

Result<std::string> unpack(const PackedFile& file) {
  using codec::Codec;
  using namespace codec::compress;
  WWS_TRY(const auto codec, make(Format::Brotli, Direction::Decompress));
  std::string content(file.size + Codec::kLeastRoom, '\0');
  ByteView packed = file.bytes;
  std::size_t filled = 0;
  for (bool finished = false; !finished;) {
    auto* const at = reinterpret_cast<std::uint8_t*>(content.data()) + filled;
    if (content.size() - filled < Codec::kLeastRoom) return damaged();
    const auto step = codec->step(packed, {at, content.size() - filled}, Codec::Input::Last);
    if (!step) return damaged();
    packed = packed.subspan(step->consumed);
    filled += step->written;
    finished = step->finished;
  }
  if (filled != file.size) return damaged();
  content.resize(filled);
  return content;
}

}  // namespace wws::bundler
