// Vectors: an iovec or ciovec list in guest memory; every access is checked anew.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <vector>

#include "abi/wasi_p1/errno.h"
#include "wasm/memory.h"

namespace wws::abi::wasi_p1 {

struct Vector {
  std::uint32_t at = 0;
  std::uint32_t size = 0;
};

class Vectors final {
 public:
  static constexpr std::uint32_t kMost = 1024;  // IOV_MAX

  // Borrows the memory.
  Vectors(wasm::GuestMemory& memory, std::uint32_t at, std::uint32_t count)
      : memory_(memory), at_(at), count_(count) {}

  // Checks the list and every range in it; no byte may be copied before.
  [[nodiscard]] Errno check() noexcept;
  [[nodiscard]] Vector at(std::uint32_t index) const noexcept;
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  // After check().
  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
  // After check(): the host's view of the ranges, of `most` bytes at most. Good until the guest
  // runs again.
  [[nodiscard]] std::vector<iovec> ranges(std::size_t most) const;

 private:
  wasm::GuestMemory& memory_;
  std::uint32_t at_;
  std::uint32_t count_;
  std::uint32_t total_ = 0;
};

}  // namespace wws::abi::wasi_p1
