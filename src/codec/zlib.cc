#include <zlib.h>

#include "codec/vendors.h"

namespace wws::codec::compress {
namespace {

int window_of(Format format) {
  if (format == Format::Gzip) return 15 + 16;
  return format == Format::DeflateRaw ? -15 : 15;
}

int flush_of(Codec::Input input) {
  switch (input) {
    case Codec::Input::More: return Z_NO_FLUSH;
    case Codec::Input::Flush: return Z_SYNC_FLUSH;
    case Codec::Input::Last: return Z_FINISH;
  }
  return Z_NO_FLUSH;
}

// A stream of zlib's, and what both directions do with it.
class Stream {
 public:
  void set(const Piece& piece) noexcept {
    // zlib's interface is older than const; it does not write there.
    state.next_in = const_cast<Bytef*>(piece.in.data());
    state.avail_in = static_cast<uInt>(piece.in.size());
    state.next_out = piece.out.data();
    state.avail_out = static_cast<uInt>(piece.out.size());
  }
  [[nodiscard]] Codec::Step step(const Piece& piece, int result) const noexcept {
    return {piece.in.size() - state.avail_in, piece.out.size() - state.avail_out,
            result == Z_STREAM_END};
  }

  z_stream state{};
  bool ready = false;
};

// As zlib.h has it: memory is 2^(window + 2) + 2^(level + 9) bytes.
constexpr int kMemoryLevel = 8;
constexpr int kSmallMemoryLevel = 5;

int level_of(Effort effort) {
  return effort == Effort::Small ? Z_BEST_COMPRESSION : Z_DEFAULT_COMPRESSION;
}

class Deflate final : public Codec {
 public:
  Deflate(int level, int window, int memory_level) {
    stream_.ready = deflateInit2(&stream_.state, level, Z_DEFLATED, window, memory_level,
                                 Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Deflate() override {
    if (ready()) deflateEnd(&stream_.state);
  }
  [[nodiscard]] bool ready() const noexcept { return stream_.ready; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const Piece piece(in, out, input);
    stream_.set(piece);
    const int result = deflate(&stream_.state, flush_of(piece.input));
    if (result == Z_STREAM_ERROR) return broken();
    Step step = stream_.step(piece, result);
    step.flushed = piece.input == Input::Flush && stream_.state.avail_out > 0;
    return step;
  }

 private:
  Stream stream_;
};

class Inflate final : public Codec {
 public:
  explicit Inflate(int window) { stream_.ready = inflateInit2(&stream_.state, window) == Z_OK; }
  ~Inflate() override {
    if (ready()) inflateEnd(&stream_.state);
  }
  [[nodiscard]] bool ready() const noexcept { return stream_.ready; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const Piece piece(in, out, input);
    stream_.set(piece);
    const int result = inflate(&stream_.state, Z_NO_FLUSH);
    const Step step = stream_.step(piece, result);
    if (step.finished) return step;
    // Z_BUF_ERROR: no progress was possible, which is an error only where nothing follows.
    if (result != Z_OK && result != Z_BUF_ERROR) return broken();
    if (input == Input::Last && step.consumed == in.size() && step.written == 0) return cut_short();
    return step;
  }

 private:
  Stream stream_;
};

template <typename T>
std::unique_ptr<Codec> if_ready(std::unique_ptr<T> codec) {
  if (!codec->ready()) return nullptr;
  return codec;
}

}  // namespace

std::unique_ptr<Codec> make_zlib(Format format, Direction direction, Effort effort) {
  if (direction == Direction::Decompress)
    return if_ready(std::make_unique<Inflate>(window_of(format)));
  return if_ready(std::make_unique<Deflate>(level_of(effort), window_of(format), kMemoryLevel));
}

std::unique_ptr<Codec> make_small_deflate(Direction direction, int window_bits) {
  if (direction == Direction::Decompress) return if_ready(std::make_unique<Inflate>(-window_bits));
  return if_ready(std::make_unique<Deflate>(Z_BEST_SPEED, -window_bits, kSmallMemoryLevel));
}

}  // namespace wws::codec::compress
