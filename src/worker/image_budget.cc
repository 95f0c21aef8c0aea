#include "worker/image_budget.h"

namespace wws::worker {

void Evictable::leave_budget() noexcept { budget_.forget(*this); }

void ImageBudget::admit(Evictable& loaded, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (loaded.admitted_) return;
  // Right behind the hand: all others are looked at before it.
  loaded.place_ = loaded_.insert(hand_, &loaded);
  loaded.admitted_ = true;
  loaded.bytes_ = bytes;
  loaded.used_.store(true, std::memory_order_relaxed);
  used_ += bytes;
  make_room_beside(loaded);
}

void ImageBudget::make_room_beside(const Evictable& newest) noexcept {
  if (bytes_ == 0) return;
  // Two rounds: the first may find everything used, and takes the marks away.
  for (std::size_t steps = 2 * loaded_.size(); steps > 0 && used_ > bytes_; --steps) {
    if (hand_ == loaded_.end()) hand_ = loaded_.begin();
    Evictable& candidate = **hand_++;
    const bool was_used = candidate.used_.exchange(false, std::memory_order_relaxed);
    if (&candidate == &newest || was_used) continue;
    remove(candidate);
    ++evictions_;
    candidate.evict();
  }
}

void ImageBudget::forget(Evictable& loaded) noexcept {
  const std::lock_guard lock(mutex_);
  if (loaded.admitted_) remove(loaded);
}

void ImageBudget::remove(Evictable& loaded) noexcept {
  if (hand_ == loaded.place_) ++hand_;
  loaded_.erase(loaded.place_);
  loaded.admitted_ = false;
  used_ -= loaded.bytes_;
}

std::uint64_t ImageBudget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

std::uint64_t ImageBudget::evictions() const {
  const std::lock_guard lock(mutex_);
  return evictions_;
}

bool ImageBudget::has_room_ahead() const {
  const std::lock_guard lock(mutex_);
  return bytes_ == 0 || used_ < bytes_ / 2;
}

}  // namespace wws::worker
