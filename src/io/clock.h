// Clock: where time comes from. One real implementation and one for tests; passed in, never global.
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace wws::io {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Nanoseconds since 1970-01-01 UTC.
  [[nodiscard]] virtual std::chrono::nanoseconds realtime() const noexcept = 0;
  // Nanoseconds since an arbitrary point; never goes back.
  [[nodiscard]] virtual std::chrono::nanoseconds monotonic() const noexcept = 0;
  // CPU time used by the calling thread.
  [[nodiscard]] virtual std::chrono::nanoseconds thread_cpu() const noexcept = 0;
  // How often the calling thread gave the processor up by itself, because it had nothing to do.
  [[nodiscard]] virtual std::uint64_t thread_waits() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::nanoseconds realtime() const noexcept override;
  [[nodiscard]] std::chrono::nanoseconds monotonic() const noexcept override;
  [[nodiscard]] std::chrono::nanoseconds thread_cpu() const noexcept override;
  [[nodiscard]] std::uint64_t thread_waits() const noexcept override;
};

// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::chrono::nanoseconds realtime = {}) : realtime_(realtime.count()) {}

  [[nodiscard]] std::chrono::nanoseconds realtime() const noexcept override;
  [[nodiscard]] std::chrono::nanoseconds monotonic() const noexcept override;
  [[nodiscard]] std::chrono::nanoseconds thread_cpu() const noexcept override;
  [[nodiscard]] std::uint64_t thread_waits() const noexcept override { return waits_; }
  void advance(std::chrono::nanoseconds by) noexcept;
  // Time in which the thread waits instead of working.
  void advance_idle(std::chrono::nanoseconds by) noexcept;

 private:
  std::atomic<std::int64_t> realtime_;
  std::atomic<std::int64_t> monotonic_{0};
  std::atomic<std::int64_t> idle_{0};
  std::atomic<std::uint64_t> waits_{0};
};

}  // namespace wws::io
