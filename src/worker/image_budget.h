// ImageBudget: how much memory the guests of loaded workers may take together.
//
// Who loads one admits it with its size; past the budget others are evicted, first those that were
// not used since they were last looked at (CLOCK, second chance). What is evicted is loaded anew
// when it is asked for; requests that run keep what they hold. So for that time the memory is over
// the budget, as it is for one guest that is larger than all of it.
//
// Thread-safe; outlives its Evictables.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>

namespace wws::worker {

class ImageBudget;

// Something that is loaded and may be dropped again. Its owner tells of every use.
class Evictable {
 public:
  explicit Evictable(ImageBudget& budget) : budget_(budget) {}
  Evictable(const Evictable&) = delete;
  Evictable& operator=(const Evictable&) = delete;

  void mark_used() noexcept {
    // Reading first keeps the line shared between the loops.
    if (!used_.load(std::memory_order_relaxed)) used_.store(true, std::memory_order_relaxed);
  }

 protected:
  // The derived class's destructor calls leave_budget() first, so that evict() finds it whole.
  virtual ~Evictable() = default;
  void leave_budget() noexcept;
  // Drops what is loaded, if anything is. Called on any thread; may not call the budget.
  virtual void evict() noexcept = 0;

 private:
  friend class ImageBudget;

  ImageBudget& budget_;
  std::atomic<bool> used_{false};
  // Both under the budget's lock.
  bool admitted_ = false;
  std::list<Evictable*>::iterator place_;
  std::uint64_t bytes_ = 0;
};

class ImageBudget final {
 public:
  // 0: no bound.
  explicit ImageBudget(std::uint64_t bytes) noexcept : bytes_(bytes) {}
  ImageBudget(const ImageBudget&) = delete;
  ImageBudget& operator=(const ImageBudget&) = delete;
  ~ImageBudget() = default;

  // Counts what was loaded, as used just now; what is counted already stays as it is.
  void admit(Evictable& loaded, std::uint64_t bytes);
  void forget(Evictable& loaded) noexcept;

  [[nodiscard]] std::uint64_t used() const;
  [[nodiscard]] std::uint64_t evictions() const;
  // Whether loading ahead of the first request still makes sense: half of the budget is kept for
  // what is asked for.
  [[nodiscard]] bool has_room_ahead() const;

 private:
  void remove(Evictable& loaded) noexcept;
  void make_room_beside(const Evictable& newest) noexcept;

  const std::uint64_t bytes_;
  mutable std::mutex mutex_;
  std::list<Evictable*> loaded_;  // a ring
  std::list<Evictable*>::iterator hand_ = loaded_.end();
  std::uint64_t used_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace wws::worker
