// MemoryBudget: what all guests of a process have written, and how much that may be.
//
// Leases count what theirs holds (Lease::count_memory). While seven eighths are used pools lend no
// further instance, so that the last one is for those that run; a guest that writes more when
// nothing is left is stopped, and what it holds is left to the others.
//
// What a guest has answered may stay on the host for its client when the guest is done: hold()
// counts that, too. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace wws::wasm {

class MemoryBudget;

// Bytes that count as a guest's until this ends; the budget outlives it. Empty by itself.
class HeldMemory final {
 public:
  HeldMemory() = default;
  HeldMemory(HeldMemory&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  HeldMemory& operator=(HeldMemory&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~HeldMemory() { shrink_to(0); }

  // Gives back what is more.
  void shrink_to(std::uint64_t bytes) noexcept;

 private:
  friend MemoryBudget;
  HeldMemory(MemoryBudget& budget, std::uint64_t bytes) noexcept
      : budget_(&budget), bytes_(bytes) {}

  MemoryBudget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

class MemoryBudget final {
 public:
  explicit MemoryBudget(std::uint64_t bytes) noexcept : bytes_(bytes) {}  // 0: no bound
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;
  ~MemoryBudget() = default;

  [[nodiscard]] bool bounded() const noexcept { return bytes_ != 0; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }
  // For another instance.
  [[nodiscard]] bool has_room() const noexcept { return !bounded() || has_room(used()); }

  // A guest that held `before` bytes holds `after` now.
  void count(std::uint64_t before, std::uint64_t after) {
    const std::uint64_t change = after - before;  // modulo 2^64, as is the sum
    const std::uint64_t was = used_.fetch_add(change, std::memory_order_relaxed);
    if (bounded() && !has_room(was) && has_room(was + change)) tell();
  }

  // For an answer that is on its way to a client; nothing where there is no room. Half of all is
  // for those, so that guests go on where clients are slow; one that is larger may be alone.
  [[nodiscard]] std::optional<HeldMemory> hold(std::uint64_t bytes) {
    if (!bounded()) return HeldMemory();
    std::uint64_t was = held_.load(std::memory_order_relaxed);
    do {
      if (was != 0 && was + bytes > bytes_ / 2) return std::nullopt;
    } while (!held_.compare_exchange_weak(was, was + bytes, std::memory_order_relaxed));
    count(0, bytes);
    return HeldMemory(*this, bytes);
  }

  // `callback` is called whenever there is room again, on the thread that gave it, until the handle
  // is destroyed. It must not watch or count itself. The budget outlives the handle.
  using Watch = std::unique_ptr<void, std::function<void(void*)>>;
  [[nodiscard]] Watch watch(std::function<void()> callback) {
    const std::scoped_lock lock(mutex_);
    watchers_.push_front(std::move(callback));
    return Watch(this, [this, at = watchers_.begin()](void*) {
      const std::scoped_lock ending(mutex_);
      watchers_.erase(at);
    });
  }

 private:
  friend HeldMemory;
  [[nodiscard]] bool has_room(std::uint64_t used) const noexcept {
    return used <= bytes_ - bytes_ / 8;
  }
  void tell() {
    const std::scoped_lock lock(mutex_);
    for (const auto& watcher : watchers_) watcher();
  }

  const std::uint64_t bytes_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> held_{0};  // of these, of answers
  std::mutex mutex_;
  std::list<std::function<void()>> watchers_;
};

inline void HeldMemory::shrink_to(std::uint64_t bytes) noexcept {
  if (budget_ == nullptr || bytes >= bytes_) return;
  const std::uint64_t was = std::exchange(bytes_, bytes);
  budget_->held_.fetch_sub(was - bytes, std::memory_order_relaxed);
  budget_->count(was, bytes);
}

}  // namespace wws::wasm
