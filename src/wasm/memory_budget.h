// MemoryBudget: what all guests of a process have written, and how much that may be.
//
// Leases count what theirs holds (Lease::count_memory). While seven eighths are used pools lend no
// further instance, so that the last one is for those that run; a guest that writes more when
// nothing is left is stopped, and what it holds is left to the others. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <mutex>

namespace wws::wasm {

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
  [[nodiscard]] bool has_room(std::uint64_t used) const noexcept {
    return used <= bytes_ - bytes_ / 8;
  }
  void tell() {
    const std::scoped_lock lock(mutex_);
    for (const auto& watcher : watchers_) watcher();
  }

  const std::uint64_t bytes_;
  std::atomic<std::uint64_t> used_{0};
  std::mutex mutex_;
  std::list<std::function<void()>> watchers_;
};

}  // namespace wws::wasm
