// Timers: how a waiting guest is woken. One loop's; passed in, never global.
// loop_timers.h makes the real ones.
#pragma once

#include <chrono>
#include <memory>

#include "wasm/host_function.h"

namespace wws::abi::wasi_p1 {

// A timer that runs; destroying it cancels.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;
};

class Timers {
 public:
  Timers() = default;
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  virtual ~Timers() = default;

  // Wakes once, on the loop's thread, never from inside this call; after 0 in the loop's next
  // round.
  [[nodiscard]] virtual std::unique_ptr<Timer> start(std::chrono::nanoseconds after,
                                                     std::shared_ptr<wasm::Waker> waker) = 0;
};

}  // namespace wws::abi::wasi_p1
