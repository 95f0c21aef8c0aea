// Computations: what the guest lets the host compute: digests, ciphers, compression, signatures.
//
// One object a request (or load), made at the first use; it holds the codecs that are under way and
// ends with the request. Messages are the guest's and hostile: every number is checked, every call
// does a bounded amount of work, and what is held is bounded. Belongs to one loop; never blocks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/codec.h"

namespace wws::abi::js {

// A Computation message of guest/js/abi.h.
struct Computation {
  std::uint32_t what = 0;  // WWS_CODEC_* or WWS_CRYPTO_*
  std::uint32_t a = 0, b = 0, c = 0;
  std::vector<ByteView> parts;  // borrowed from the message
};
[[nodiscard]] Result<Computation> decode_computation(ByteView message);

// Whether only compute() may do it: it may take many milliseconds.
[[nodiscard]] bool is_slow(const Computation& computation) noexcept;
// Whether its outcome differs each time.
[[nodiscard]] bool is_random(const Computation& computation) noexcept;
// Pure and thread-safe. Errors: Invalid.
[[nodiscard]] Result<std::string> run(const Computation& computation);

class Computations final {
 public:
  Computations() = default;
  Computations(const Computations&) = delete;
  Computations& operator=(const Computations&) = delete;
  ~Computations() = default;

  // The calls of guest/js/abi.h.
  std::int32_t codec(ByteView message);
  std::int64_t codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                          codec::Codec::Input input);
  void codec_end(std::uint32_t handle) { codecs_.erase(handle); }
  std::int32_t crypto(ByteView message);
  [[nodiscard]] std::string_view taken() const noexcept { return taken_; }

  static constexpr std::size_t kMaxCodecs = 256;
  static constexpr std::size_t kMaxMemory = 64u << 20;

 private:
  struct Open {
    std::unique_ptr<codec::Codec> codec;
    std::size_t memory;
  };

  Result<Open> open(const Computation& computation) const;
  std::int32_t refuse(const Error& error);

  std::map<std::uint32_t, Open> codecs_;
  std::uint32_t next_ = 1;
  std::string taken_;
};

}  // namespace wws::abi::js
