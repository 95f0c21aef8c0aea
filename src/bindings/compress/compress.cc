#include "bindings/compress/compress.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>

namespace wws::bindings::compress {
namespace {

// About half a millisecond each, at the usual level.
constexpr std::size_t kPieceIn = 16 * 1024;
constexpr std::size_t kPieceOut = 128 * 1024;
// As good as zlib's default, in a window of 256 KiB.
constexpr std::uint32_t kBrotliQuality = 5, kBrotliWindow = 18;

std::unexpected<Error> broken() {
  return fail(ErrorKind::Invalid, "the compressed data are not valid");
}
std::unexpected<Error> cut_short() {
  return fail(ErrorKind::Invalid, "the compressed data end too early");
}

int window_of(Format format) {
  if (format == Format::Gzip) return 15 + 16;
  return format == Format::DeflateRaw ? -15 : 15;
}

class Deflate final : public Codec {
 public:
  explicit Deflate(Format format) {
    ready_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_of(format), 8,
                          Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Deflate() override {
    if (ready_) deflateEnd(&stream_);
  }
  [[nodiscard]] bool ready() const noexcept { return ready_; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const std::size_t size = std::min(in.size(), kPieceIn), room = std::min(out.size(), kPieceOut);
    stream_.next_in = const_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(size);
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(room);
    const bool last = input == Input::Last && size == in.size();
    const int result = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
    if (result == Z_STREAM_ERROR) return broken();
    return Step{size - stream_.avail_in, room - stream_.avail_out, result == Z_STREAM_END};
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

class Inflate final : public Codec {
 public:
  explicit Inflate(Format format) { ready_ = inflateInit2(&stream_, window_of(format)) == Z_OK; }
  ~Inflate() override {
    if (ready_) inflateEnd(&stream_);
  }
  [[nodiscard]] bool ready() const noexcept { return ready_; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const std::size_t size = std::min(in.size(), kPieceIn), room = std::min(out.size(), kPieceOut);
    stream_.next_in = const_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(size);
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    const Step step{size - stream_.avail_in, room - stream_.avail_out, result == Z_STREAM_END};
    if (step.finished) return step;
    // Z_BUF_ERROR: no progress was possible, which is an error only where nothing follows.
    if (result != Z_OK && result != Z_BUF_ERROR) return broken();
    if (input == Input::Last && step.consumed == in.size() && step.written == 0) return cut_short();
    return step;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

class BrotliEncode final : public Codec {
 public:
  BrotliEncode() : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (!state_) return;
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, kBrotliQuality);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, kBrotliWindow);
  }
  ~BrotliEncode() override { BrotliEncoderDestroyInstance(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const std::size_t size = std::min(in.size(), kPieceIn), room = std::min(out.size(), kPieceOut);
    std::size_t left = size, free = room;
    const std::uint8_t* from = in.data();
    std::uint8_t* to = out.data();
    const bool last = input == Input::Last && size == in.size();
    if (!BrotliEncoderCompressStream(state_,
                                     last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS,
                                     &left, &from, &free, &to, nullptr))
      return broken();
    return Step{size - left, room - free, BrotliEncoderIsFinished(state_) != 0};
  }

 private:
  BrotliEncoderState* state_;
};

class BrotliDecode final : public Codec {
 public:
  BrotliDecode() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~BrotliDecode() override { BrotliDecoderDestroyInstance(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const std::size_t size = std::min(in.size(), kPieceIn), room = std::min(out.size(), kPieceOut);
    std::size_t left = size, free = room;
    const std::uint8_t* from = in.data();
    std::uint8_t* to = out.data();
    const auto result = BrotliDecoderDecompressStream(state_, &left, &from, &free, &to, nullptr);
    const Step step{size - left, room - free, result == BROTLI_DECODER_RESULT_SUCCESS};
    if (result == BROTLI_DECODER_RESULT_ERROR) return broken();
    const bool starved = result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT;
    if (starved && input == Input::Last && step.consumed == in.size() && step.written == 0)
      return cut_short();
    return step;
  }

 private:
  BrotliDecoderState* state_;
};

template <typename T>
Result<std::unique_ptr<Codec>> checked(std::unique_ptr<T> codec) {
  if (!codec->ready()) return fail(ErrorKind::Exhausted, "out of memory for a compressor");
  return codec;
}

}  // namespace

Result<std::unique_ptr<Codec>> make(Format format, Direction direction) {
  const bool compresses = direction == Direction::Compress;
  switch (format) {
    case Format::Deflate:
    case Format::DeflateRaw:
    case Format::Gzip:
      return compresses ? checked(std::make_unique<Deflate>(format))
                        : checked(std::make_unique<Inflate>(format));
    case Format::Brotli:
      return compresses ? checked(std::make_unique<BrotliEncode>())
                        : checked(std::make_unique<BrotliDecode>());
  }
  return fail(ErrorKind::Invalid, "there is no such format of compression");
}

std::size_t memory_of(Format format, Direction direction) noexcept {
  const bool compresses = direction == Direction::Compress;
  if (format == Format::Brotli) return compresses ? 4u << 20 : 17u << 20;
  return compresses ? 300u << 10 : 64u << 10;
}

}  // namespace wws::bindings::compress
