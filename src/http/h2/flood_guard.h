// FloodGuard: how much of what costs the client nothing and us something is borne.
//
// A bucket that fills over time: what a client does now and then never empties it, what it does all
// the time does. A value; the caller brings the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace wws::http::h2 {

class FloodGuard final {
 public:
  // Bears `burst` at once, and so many a second in the long run.
  FloodGuard(std::uint32_t burst, std::uint32_t per_second) noexcept
      : burst_(burst), per_second_(per_second), left_(burst) {}

  // One more; false when that is too much.
  [[nodiscard]] bool bears(std::chrono::nanoseconds now) noexcept {
    const std::chrono::duration<double> passed = now - last_;
    if (last_.count() != 0) left_ = std::min(burst_, left_ + passed.count() * per_second_);
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  double burst_;
  double per_second_;
  double left_;
  std::chrono::nanoseconds last_{0};
};

}  // namespace wws::http::h2
