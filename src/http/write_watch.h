// WriteWatch: whether the client of a connection takes what it is sent.
//
// A client that takes bytes, if only from the kernel, is not late; it may be too slow. Watches one
// wait after the other; the connection's sweep asks. A value.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "http/deadline.h"
#include "http/pace.h"
#include "observe/metrics.h"

namespace wws::http {

class WriteWatch final {
 public:
  // The wait begins.
  void begin(std::chrono::milliseconds timeout) noexcept {
    deadline_.arm(timeout);
    delivered_.reset();
    pace_.begin(coarse_now());
  }
  // It is over. Whether a look has given it up.
  bool end() noexcept {
    pace_.end(coarse_now());
    return std::exchange(deadline_, {}).passed;
  }

  // From time to time; `delivered()` gives how many bytes the client has so far. The bound that was
  // gone past: the wait must end.
  template <typename Delivered>
  [[nodiscard]] std::optional<observe::EdgeLimit> look(std::chrono::nanoseconds now,
                                                       std::chrono::milliseconds timeout,
                                                       const PaceLimits& limits,
                                                       const Delivered& delivered) {
    if (!pace_.waiting()) return std::nullopt;
    if (!delivered_) delivered_ = delivered();
    if (deadline_.passes(now)) {
      const std::uint64_t before = std::exchange(*delivered_, delivered());
      if (*delivered_ <= before) return observe::EdgeLimit::WriteTime;
      deadline_.arm(timeout);
      return std::nullopt;
    }
    if (!pace_.too_slow(now, limits, delivered)) return std::nullopt;
    deadline_.passed = true;
    return observe::EdgeLimit::SendRate;
  }

 private:
  Deadline deadline_;
  Pace pace_;
  std::optional<std::uint64_t> delivered_;  // at a look at this wait
};

}  // namespace wws::http
