// Pace: whether a peer that is waited for moves enough bytes.
//
// Only waiting counts: a worker that thinks, or a client that has nothing to do, is not slow. The
// waits are added up to windows; one in which fewer bytes moved than the rate asks for is too slow.
// A value; the caller brings the time.
#pragma once

#include <chrono>
#include <cstdint>

namespace wws::http {

struct PaceLimits {
  std::uint64_t rate = 0;  // bytes a second; 0: any
  std::chrono::nanoseconds window{0};
};

class Pace final {
 public:
  void begin(std::chrono::nanoseconds now) noexcept {
    if (!waiting_) since_ = now;
    waiting_ = true;
  }
  void end(std::chrono::nanoseconds now) noexcept {
    if (waiting_) waited_ += now - since_;
    waiting_ = false;
  }
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }

  // From time to time. `moved()` gives how many bytes moved so far; it is asked when a window
  // begins and ends. True when a window has ended that was too slow.
  template <typename Moved>
  [[nodiscard]] bool too_slow(std::chrono::nanoseconds now, const PaceLimits& limits,
                              const Moved& moved) {
    if (limits.rate == 0 || !waiting_) return false;
    if (!measuring_) {
      begin_window(now, moved());
      return false;
    }
    const std::chrono::nanoseconds waited = waited_ + (now - since_);
    if (waited < limits.window) return false;
    const std::uint64_t count = moved();
    const std::chrono::duration<double> seconds = waited;
    const bool slow =
        static_cast<double>(count - base_) < static_cast<double>(limits.rate) * seconds.count();
    begin_window(now, count);
    return slow;
  }

 private:
  void begin_window(std::chrono::nanoseconds now, std::uint64_t moved) noexcept {
    measuring_ = true;
    base_ = moved;
    since_ = now;
    waited_ = std::chrono::nanoseconds{0};
  }

  bool waiting_ = false;
  bool measuring_ = false;
  std::chrono::nanoseconds since_{0};   // of this wait, or of the window in it
  std::chrono::nanoseconds waited_{0};  // of this window, before this wait
  std::uint64_t base_ = 0;              // moved when the window began
};

}  // namespace wws::http
