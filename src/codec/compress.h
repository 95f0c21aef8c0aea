// Compression as codecs: zlib's formats (RFC 1950 to 1952), brotli (RFC 7932), zstd (RFC 8878).
//
// Decompression expects hostile bytes: it ends with Invalid at the first that is wrong, and says
// with `finished` where the data end; what follows is not consumed.
#pragma once

#include "codec/codec.h"

namespace wws::codec::compress {

enum class Format : std::uint8_t { Deflate = 1, DeflateRaw, Gzip, Brotli, Zstd };
enum class Direction : bool { Compress, Decompress };

// How hard a compressor tries: Fast for what is sent once, Small for what is kept and sent often.
enum class Effort : bool { Fast, Small };

// Errors: Invalid, no such format; Exhausted, out of memory.
[[nodiscard]] Result<std::unique_ptr<Codec>> make(Format format, Direction direction,
                                                  Effort effort = Effort::Fast);
// DeflateRaw with a window of 2^`window_bits` bytes, 9 to 15, for those that are many and live
// long: quick, and as small as their window. Errors: as above.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_raw_deflate(Direction direction, int window_bits);
// What such a codec holds on the host at most, about.
[[nodiscard]] std::size_t memory_of(Format format, Direction direction) noexcept;

}  // namespace wws::codec::compress
