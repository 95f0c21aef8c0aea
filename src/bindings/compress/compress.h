// Compression as codecs: zlib's formats and brotli.
//
// Decompression expects hostile bytes: it ends with Invalid at the first that is wrong, and says
// with `finished` where the data end; what follows is not consumed.
#pragma once

#include "bindings/codec.h"

namespace wws::bindings::compress {

enum class Format : std::uint8_t { Deflate = 1, DeflateRaw, Gzip, Brotli };
enum class Direction : bool { Compress, Decompress };

// Errors: Invalid, no such format; Exhausted, out of memory.
[[nodiscard]] Result<std::unique_ptr<Codec>> make(Format format, Direction direction);
// What such a codec holds on the host at most, about.
[[nodiscard]] std::size_t memory_of(Format format, Direction direction) noexcept;

}  // namespace wws::bindings::compress
