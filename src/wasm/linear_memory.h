// LinearMemory: the address space of one kept guest, handed to Wasmtime by our memory creator.
//
//   canary page | memory, accessible up to size() | reserved, inaccessible | guard
//
// The canary page stands before the guest's first byte, out of its reach, in the same mapping as
// its memory: the host writes a number there in every lease and demands that the page scan reports
// it. Owned by Wasmtime (freed with the store); used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"

namespace wws::wasm {

inline constexpr std::size_t kHostPage = 4096;

class LinearMemory {
 public:
  // Errors: Exhausted, when the address space cannot be reserved.
  static Result<std::unique_ptr<LinearMemory>> reserve(std::size_t size, std::size_t capacity,
                                                       std::size_t guard);
  LinearMemory(const LinearMemory&) = delete;
  LinearMemory& operator=(const LinearMemory&) = delete;
  ~LinearMemory();

  [[nodiscard]] std::uint8_t* base() const noexcept { return base_; }
  [[nodiscard]] std::uint8_t* canary() const noexcept { return base_ - kHostPage; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // Maps `file` (a canary page, then an image of exactly size() bytes) privately over the memory.
  Result<void> map_image(int file);
  // Whether the memory has the size now; a refusal is remembered until clear_refusal().
  [[nodiscard]] bool grow_to(std::size_t size) noexcept;
  // Takes grown memory back: the tail is emptied and made inaccessible.
  [[nodiscard]] bool shrink_to(std::size_t size) noexcept;
  // Empties every page: the memory reads as the mapped image again.
  [[nodiscard]] bool discard_pages() noexcept;

  // Growth past `bytes` is refused; what is there already stays. 0 switches the limit off.
  void set_limit(std::uint64_t bytes) noexcept { limit_ = bytes == 0 ? capacity_ : bytes; }
  [[nodiscard]] bool growth_refused() const noexcept { return refused_; }
  void clear_refusal() noexcept { refused_ = false; }

 private:
  LinearMemory(std::uint8_t* reservation, std::size_t reserved, std::size_t capacity) noexcept
      : reservation_(reservation),
        reserved_(reserved),
        base_(reservation + kHostPage),
        capacity_(capacity),
        limit_(capacity) {}

  std::uint8_t* reservation_;
  std::size_t reserved_;
  std::uint8_t* base_;
  std::size_t size_ = 0;
  std::size_t capacity_;
  std::uint64_t limit_;
  bool refused_ = false;
};

}  // namespace wws::wasm
