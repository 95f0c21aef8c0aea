// Live: what the last minutes looked like, second by second, from counters that only grow.
// Bounded; belongs to one thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include "observe/metrics.h"

namespace wws::admin {

struct LiveSample {
  std::chrono::nanoseconds time{};  // of its end, since 1970
  double requests_per_second = 0;
  double errors_per_second = 0;    // answers 5xx
  double failures_per_second = 0;  // of workers
  std::uint64_t in_flight = 0;
  // Of the requests that ended in this time; nothing when there were none.
  std::optional<std::chrono::nanoseconds> p50, p95, p99;
};

class Live final {
 public:
  static constexpr std::size_t kSamples = 300;

  // The counters now; the first call only sets the start.
  void sample(const observe::Figures& now, std::chrono::nanoseconds realtime,
              std::chrono::nanoseconds monotonic);
  // Oldest first.
  [[nodiscard]] const std::deque<LiveSample>& samples() const noexcept { return samples_; }

 private:
  std::optional<observe::Figures> before_;
  std::chrono::nanoseconds before_at_{};
  std::deque<LiveSample> samples_;
};

}  // namespace wws::admin
