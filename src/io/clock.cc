#include "io/clock.h"

#include <sys/resource.h>

#include <ctime>

namespace wws::io {
namespace {

std::chrono::nanoseconds read(clockid_t id) noexcept {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds SystemClock::realtime() const noexcept { return read(CLOCK_REALTIME); }
std::chrono::nanoseconds SystemClock::monotonic() const noexcept { return read(CLOCK_MONOTONIC); }
std::chrono::nanoseconds SystemClock::thread_cpu() const noexcept {
  return read(CLOCK_THREAD_CPUTIME_ID);
}

std::uint64_t SystemClock::thread_waits() const noexcept {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint64_t>(usage.ru_nvcsw);
}

std::chrono::nanoseconds ManualClock::realtime() const noexcept {
  return std::chrono::nanoseconds(realtime_.load());
}
std::chrono::nanoseconds ManualClock::monotonic() const noexcept {
  return std::chrono::nanoseconds(monotonic_.load());
}
std::chrono::nanoseconds ManualClock::thread_cpu() const noexcept {
  return std::chrono::nanoseconds(monotonic_.load() - idle_.load());
}
void ManualClock::advance(std::chrono::nanoseconds by) noexcept {
  realtime_ += by.count();
  monotonic_ += by.count();
}
void ManualClock::advance_idle(std::chrono::nanoseconds by) noexcept {
  idle_ += by.count();
  ++waits_;
  advance(by);
}

}  // namespace wws::io
