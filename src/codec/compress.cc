#include "codec/compress.h"

#include "codec/vendors.h"

namespace wws::codec::compress {

std::unexpected<Error> broken() {
  return fail(ErrorKind::Invalid, "the compressed data are not valid");
}
std::unexpected<Error> cut_short() {
  return fail(ErrorKind::Invalid, "the compressed data end too early");
}

Result<std::unique_ptr<Codec>> make(Format format, Direction direction, Effort effort) {
  std::unique_ptr<Codec> codec;
  switch (format) {
    case Format::Deflate:
    case Format::DeflateRaw:
    case Format::Gzip: codec = make_zlib(format, direction, effort); break;
    case Format::Brotli: codec = make_brotli(direction, effort); break;
    case Format::Zstd: codec = make_zstd(direction, effort); break;
    default: return fail(ErrorKind::Invalid, "there is no such format of compression");
  }
  if (!codec) return fail(ErrorKind::Exhausted, "out of memory for a compressor");
  return codec;
}

Result<std::unique_ptr<Codec>> make_raw_deflate(Direction direction, int window_bits) {
  if (window_bits < 9 || window_bits > 15)
    return fail(ErrorKind::Invalid, "a window of deflate has 9 to 15 bits");
  auto codec = make_small_deflate(direction, window_bits);
  if (!codec) return fail(ErrorKind::Exhausted, "out of memory for a compressor");
  return codec;
}

std::size_t memory_of(Format format, Direction direction) noexcept {
  const bool compresses = direction == Direction::Compress;
  switch (format) {
    case Format::Brotli: return compresses ? 4u << 20 : 17u << 20;
    case Format::Zstd: return compresses ? 2u << 20 : 9u << 20;
    default: return compresses ? 300u << 10 : 64u << 10;
  }
}

}  // namespace wws::codec::compress
