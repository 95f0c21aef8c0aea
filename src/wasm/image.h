// What memory images are made of: a program's base in a sealed memory file, and pages that differ.
// Immutable once made, shared between threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wasm/delta.h"
#include "wasm/linear_memory.h"
#include "wasm/runtime.h"

namespace wws::wasm {

// The memory that every instance of a program is mapped onto: a canary page of zeros, then the
// memory, sparse, in a memory file that nobody can write, shrink or grow.
class BaseMemory {
 public:
  // `fill` writes into `size` bytes of zeros. Errors: what it returns; Exhausted.
  static Result<std::shared_ptr<const BaseMemory>> create(
      std::size_t size, const std::function<Result<void>(MutableByteView)>& fill);
  BaseMemory(const BaseMemory&) = delete;
  BaseMemory& operator=(const BaseMemory&) = delete;
  ~BaseMemory();

  [[nodiscard]] int file() const noexcept { return file_; }
  // Of the guest's memory, without the canary page.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint32_t page_count() const noexcept {
    return static_cast<std::uint32_t>(size_ / kHostPage);
  }
  // Reading a zero page's bytes would make the file allocate it: ask first.
  [[nodiscard]] bool is_zero(std::uint32_t page) const noexcept {
    return (nonzero_[page / 64] >> (page % 64) & 1) == 0;
  }
  [[nodiscard]] const std::uint8_t* page(std::uint32_t page) const noexcept {
    return view_ + kHostPage + std::size_t{page} * kHostPage;
  }
  // The page, or null where it is zeros.
  [[nodiscard]] const std::uint8_t* content(std::uint32_t number) const noexcept {
    return is_zero(number) ? nullptr : page(number);
  }

 private:
  explicit BaseMemory(std::size_t size) : size_(size), nonzero_(size / kHostPage / 64 + 1) {}
  Result<void> write(const std::function<Result<void>(MutableByteView)>& fill);
  Result<void> seal();
  void mark_nonzero_pages();

  int file_ = -1;
  std::size_t size_;
  const std::uint8_t* view_ = nullptr;
  std::vector<std::uint64_t> nonzero_;
};

// How many merged images there may be in a process: each holds its pages that are not zero once
// more. Thread-safe.
class MergeBudget {
 public:
  explicit MergeBudget(std::uint32_t most) noexcept : left_(std::make_shared<Count>(most)) {}

  // A place, free again when the last owner lets go of it; null when there is none.
  [[nodiscard]] std::shared_ptr<const void> take() const;

 private:
  using Count = std::atomic<std::int64_t>;
  std::shared_ptr<Count> left_;
};

// The Image of this room. `base()` is null for programs that are never kept: their state is what
// instantiation makes.
class MemoryImage final : public Image {
 public:
  MemoryImage(std::shared_ptr<const BaseMemory> base, std::unique_ptr<const Delta> delta,
              std::vector<std::uint64_t> globals)
      : base_(std::move(base)), delta_(std::move(delta)), globals_(std::move(globals)) {}

  [[nodiscard]] std::size_t delta_pages() const noexcept override {
    return delta_ ? delta_->size() : 0;
  }
  [[nodiscard]] std::size_t delta_bytes() const noexcept override {
    return delta_ ? delta_->bytes() : 0;
  }
  // The same bytes as a base of their own, without a delta, once merge() made it; null before. An
  // instance mapped onto it has to put back only what its guest wrote. Lives as long as this image.
  [[nodiscard]] const MemoryImage* merged() const noexcept {
    return merged_.load(std::memory_order_acquire);
  }
  // For images that are used much. Nothing happens when it is there, being made by another thread,
  // or cannot be made. Blocks for about a millisecond. Thread-safe.
  void merge(const MergeBudget& budget) const;

  [[nodiscard]] const std::shared_ptr<const BaseMemory>& base() const noexcept { return base_; }
  // The number of its page at `index` of the delta, and what it is made of.
  [[nodiscard]] std::uint32_t delta_page(std::size_t index) const noexcept {
    return delta_->page(index);
  }
  [[nodiscard]] PageRecipe delta_recipe(std::size_t index) const noexcept {
    return delta_->recipe(index, *base_);
  }
  // What any page is made of.
  [[nodiscard]] PageRecipe recipe(std::uint32_t page) const noexcept;
  [[nodiscard]] std::span<const std::uint64_t> globals() const noexcept { return globals_; }

  // The number of the first page in which `memory` (of base()->size() bytes) differs; reads all of
  // it, or only the pages that `candidates` marks and those of the delta.
  [[nodiscard]] std::optional<std::uint32_t> first_difference(
      const std::uint8_t* memory, const std::vector<bool>* candidates = nullptr) const;
  // Whether `bytes` are what the image has there; pages past its end are never equal.
  [[nodiscard]] bool page_equals(std::uint32_t page, const std::uint8_t* bytes) const noexcept;
  // The image whose memory is `memory` now: the pages that differ from the base.
  [[nodiscard]] static Result<std::shared_ptr<const MemoryImage>> capture(
      std::shared_ptr<const BaseMemory> base, const std::uint8_t* memory,
      const std::vector<bool>* candidates, std::vector<std::uint64_t> globals);

 private:
  std::shared_ptr<const BaseMemory> base_;
  std::unique_ptr<const Delta> delta_;
  std::vector<std::uint64_t> globals_;

  mutable std::mutex merging_;
  mutable std::shared_ptr<const void> place_;  // in the budget
  mutable std::unique_ptr<const MemoryImage> owned_;
  mutable std::atomic<const MemoryImage*> merged_ = nullptr;
};

}  // namespace wws::wasm
