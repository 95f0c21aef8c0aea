// Deadlines without timers: a wait notes when it must have ended, and the listener's sweep looks at
// it every so often and wakes the wait when that has passed.
#pragma once

#include <chrono>
#include <ctime>

namespace wws::http {

// Nanoseconds of CLOCK_MONOTONIC_COARSE: a few milliseconds coarse, and nearly free.
[[nodiscard]] inline std::chrono::nanoseconds coarse_now() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// A moment by which something must have moved; zero is none.
struct Deadline {
  std::chrono::nanoseconds at{0};
  bool passed = false;

  // A limit of 0 is none.
  void arm(std::chrono::milliseconds after) noexcept {
    passed = false;
    at = after.count() == 0 ? std::chrono::nanoseconds{0} : coarse_now() + after;
  }
  [[nodiscard]] bool armed() const noexcept { return at.count() != 0; }
  // Whether it passes now, for the first time.
  [[nodiscard]] bool passes(std::chrono::nanoseconds now) noexcept {
    if (!armed() || now < at) return false;
    *this = {.at = std::chrono::nanoseconds{0}, .passed = true};
    return true;
  }
};

}  // namespace wws::http
