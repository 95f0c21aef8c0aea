#include <zstd.h>

#include "codec/vendors.h"

namespace wws::codec::compress {
namespace {

constexpr int kFastLevel = 3, kSmallLevel = 12;
// Decoders must take windows of 8 MiB at most (RFC 9659); ours need less to be good.
constexpr int kFastWindowLog = 18, kSmallWindowLog = 21, kMostWindowLog = 23;

ZSTD_EndDirective directive_of(Codec::Input input) {
  switch (input) {
    case Codec::Input::More: return ZSTD_e_continue;
    case Codec::Input::Flush: return ZSTD_e_flush;
    case Codec::Input::Last: return ZSTD_e_end;
  }
  return ZSTD_e_continue;
}

class Encode final : public Codec {
 public:
  explicit Encode(Effort effort) : state_(ZSTD_createCCtx()) {
    if (!state_) return;
    const bool small = effort == Effort::Small;
    ZSTD_CCtx_setParameter(state_, ZSTD_c_compressionLevel, small ? kSmallLevel : kFastLevel);
    ZSTD_CCtx_setParameter(state_, ZSTD_c_windowLog, small ? kSmallWindowLog : kFastWindowLog);
  }
  ~Encode() override { ZSTD_freeCCtx(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    // A frame that has ended begins anew with the next call.
    if (finished_) return Step{0, 0, true};
    const Piece piece(in, out, input);
    ZSTD_inBuffer from{piece.in.data(), piece.in.size(), 0};
    ZSTD_outBuffer to{piece.out.data(), piece.out.size(), 0};
    const std::size_t rest = ZSTD_compressStream2(state_, &to, &from, directive_of(piece.input));
    if (ZSTD_isError(rest)) return broken();
    const bool all = rest == 0 && from.pos == from.size;
    finished_ = all && piece.input == Input::Last;
    return Step{from.pos, to.pos, finished_, all && piece.input == Input::Flush};
  }

 private:
  ZSTD_CCtx* state_;
  bool finished_ = false;
};

class Decode final : public Codec {
 public:
  Decode() : state_(ZSTD_createDCtx()) {
    if (state_) ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, kMostWindowLog);
  }
  ~Decode() override { ZSTD_freeDCtx(state_); }
  [[nodiscard]] bool ready() const noexcept { return state_ != nullptr; }

  Result<Step> step(ByteView in, MutableByteView out, Input input) override {
    if (finished_) return Step{0, 0, true};
    const Piece piece(in, out, input);
    ZSTD_inBuffer from{piece.in.data(), piece.in.size(), 0};
    ZSTD_outBuffer to{piece.out.data(), piece.out.size(), 0};
    const std::size_t rest = ZSTD_decompressStream(state_, &to, &from);
    if (ZSTD_isError(rest)) return broken();
    finished_ = rest == 0;
    const bool starved = from.pos == in.size() && to.pos == 0;
    if (!finished_ && input == Input::Last && starved) return cut_short();
    return Step{from.pos, to.pos, finished_};
  }

 private:
  ZSTD_DCtx* state_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<Codec> make_zstd(Direction direction, Effort effort) {
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
