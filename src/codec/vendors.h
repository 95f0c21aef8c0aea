// What each library makes, for compress.cc alone. Every one may return null: out of memory.
#pragma once

#include "codec/compress.h"

namespace wws::codec::compress {

// About half a millisecond each, at the usual effort.
inline constexpr std::size_t kPieceIn = 16 * 1024;
inline constexpr std::size_t kPieceOut = 128 * 1024;

// `format` is one of zlib's.
[[nodiscard]] std::unique_ptr<Codec> make_zlib(Format format, Direction direction, Effort effort);
[[nodiscard]] std::unique_ptr<Codec> make_small_deflate(Direction direction, int window_bits);
[[nodiscard]] std::unique_ptr<Codec> make_brotli(Direction direction, Effort effort);
[[nodiscard]] std::unique_ptr<Codec> make_zstd(Direction direction, Effort effort);

// The part of `in` and of `out` that one step works on.
struct Piece {
  Piece(ByteView all_in, MutableByteView all_out, Codec::Input all_input)
      : in(all_in.first(std::min(all_in.size(), kPieceIn))),
        out(all_out.first(std::min(all_out.size(), kPieceOut))),
        input(in.size() == all_in.size() ? all_input : Codec::Input::More) {}

  ByteView in;
  MutableByteView out;
  Codec::Input input;  // More while there is a rest
};

// Errors of a decompressor.
[[nodiscard]] std::unexpected<Error> broken();
[[nodiscard]] std::unexpected<Error> cut_short();

}  // namespace wws::codec::compress
