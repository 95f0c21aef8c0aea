#include "admin/live.h"

namespace wws::admin {

void Live::sample(const observe::Figures& now, std::chrono::nanoseconds realtime,
                  std::chrono::nanoseconds monotonic) {
  const double seconds = static_cast<double>((monotonic - before_at_).count()) / 1e9;
  if (before_ && seconds <= 0) return;
  if (before_) {
    const auto rate = [seconds](std::uint64_t later, std::uint64_t earlier) {
      return static_cast<double>(later - earlier) / seconds;
    };
    const observe::Latencies latencies = now.latencies.since(before_->latencies);
    samples_.push_back({.time = realtime,
                        .requests_per_second = rate(now.requests(), before_->requests()),
                        .errors_per_second = rate(now.by_class[5], before_->by_class[5]),
                        .failures_per_second = rate(now.failures, before_->failures),
                        .in_flight = now.in_flight(),
                        .p50 = latencies.quantile(0.5),
                        .p95 = latencies.quantile(0.95),
                        .p99 = latencies.quantile(0.99)});
    if (samples_.size() > kSamples) samples_.pop_front();
  }
  before_ = now;
  before_at_ = monotonic;
}

}  // namespace wws::admin
