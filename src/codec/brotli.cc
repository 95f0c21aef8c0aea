#include <brotli/decode.h>
#include <brotli/encode.h>

#include "codec/vendors.h"

namespace wws::codec::compress {
namespace {

// As good as zlib's default, in a window of 256 KiB.
constexpr std::uint32_t kFastQuality = 5, kFastWindow = 18;
// The last step to 11 costs ten times the time of this for a twentieth of the size.
constexpr std::uint32_t kSmallQuality = 9, kSmallWindow = 22;

BrotliEncoderOperation operation_of(Codec::Input input) {
  switch (input) {
    case Codec::Input::More: return BROTLI_OPERATION_PROCESS;
    case Codec::Input::Flush: return BROTLI_OPERATION_FLUSH;
    case Codec::Input::Last: return BROTLI_OPERATION_FINISH;
  }
  return BROTLI_OPERATION_PROCESS;
}

class Encode final : public Codec {
 public:
  explicit Encode(Effort effort) : state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (!state_) return;
    const bool small = effort == Effort::Small;
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, small ? kSmallQuality : kFastQuality);
    BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, small ? kSmallWindow : kFastWindow);
  }
  ~Encode() override { BrotliEncoderDestroyInstance(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const Piece piece(in, out, input);
    std::size_t left = piece.in.size(), room = piece.out.size();
    const std::uint8_t* from = piece.in.data();
    std::uint8_t* to = piece.out.data();
    if (!BrotliEncoderCompressStream(state_, operation_of(piece.input), &left, &from, &room, &to,
                                     nullptr))
      return broken();
    return Step{piece.in.size() - left, piece.out.size() - room,
                BrotliEncoderIsFinished(state_) != 0,
                piece.input == Input::Flush && left == 0 && !BrotliEncoderHasMoreOutput(state_)};
  }

 private:
  BrotliEncoderState* state_;
};

class Decode final : public Codec {
 public:
  Decode() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
  ~Decode() override { BrotliDecoderDestroyInstance(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    const Piece piece(in, out, input);
    std::size_t left = piece.in.size(), room = piece.out.size();
    const std::uint8_t* from = piece.in.data();
    std::uint8_t* to = piece.out.data();
    const auto result = BrotliDecoderDecompressStream(state_, &left, &from, &room, &to, nullptr);
    const Step step{piece.in.size() - left, piece.out.size() - room,
                    result == BROTLI_DECODER_RESULT_SUCCESS};
    if (result == BROTLI_DECODER_RESULT_ERROR) return broken();
    const bool starved = result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT;
    if (starved && input == Input::Last && step.consumed == in.size() && step.written == 0)
      return cut_short();
    return step;
  }

 private:
  BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<Codec> make_brotli(Direction direction, Effort effort) {
  if (direction == Direction::Compress) {
    auto codec = std::make_unique<Encode>(effort);
    if (codec->ready()) return codec;
  } else {
    auto codec = std::make_unique<Decode>();
    if (codec->ready()) return codec;
  }
  return nullptr;
}

}  // namespace wws::codec::compress
