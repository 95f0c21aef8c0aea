// Turns: which of a loop's long-running guests runs next, and when.
//
// A guest that used up a slice goes on when the loop has served what else is ready: a few in each
// round, in order. One that ran for long already (kHeavy) takes turns: one guest at a time, in
// order, and it must leave the loop to others for a while, if there are others: where something
// else ran before the last turn and something else was ready after it, the next turn waits kRest
// times as long as the last one took, or until the loop had idle time in one of those parts. So
// requests that are short keep most of a core, and a spinning guest gets the rest; on an idle loop
// it gets all.
//
// Belongs to one loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>

#include "io/clock.h"
#include "io/task.h"

namespace wws::wasm {

class Turns final {
 public:
  // CPU time after which a guest is heavy: two slices.
  static constexpr std::chrono::nanoseconds kHeavy = std::chrono::milliseconds(4);
  static constexpr int kRest = 8;
  // Guests that go on in one round of the loop: ten milliseconds of its time, at most.
  static constexpr int kLightARound = 5;

  Turns(boost::asio::any_io_executor loop, const io::Clock& clock);
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  // Requires: nobody waits.
  ~Turns() = default;

  // A caller whose coroutine is cancelled goes on as others do, so that it can end.
  //
  // For a guest that has used no more than kHeavy: completes in a later round of the loop.
  Task<void> yield();
  // For the others: completes when it is the caller's turn, which lasts until over().
  Task<void> wait();
  void over();

 private:
  struct Waiter;

  void release_light();
  void schedule();
  void probe();
  void rest();
  void look();
  void look_later();
  void grant();
  template <typename Handler>
  [[nodiscard]] auto guarded(Handler handler);
  [[nodiscard]] bool loop_had_idle_time() const noexcept;

  boost::asio::any_io_executor loop_;
  const io::Clock& clock_;
  boost::asio::steady_timer timer_;
  std::deque<Waiter*> light_;
  bool releasing_ = false;  // some of them, in the loop's next round
  std::deque<Waiter*> waiting_;
  bool taken_ = false;      // somebody's turn
  bool scheduled_ = false;  // the next grant is on its way
  std::chrono::nanoseconds began_{}, ended_{}, cpu_at_end_{};
  std::chrono::nanoseconds others_{};  // CPU time of the loop between the last two turns
  std::chrono::nanoseconds cpu_at_probe_{};
  int probes_left_ = 0;
  int looks_left_ = 0;
  // When the part of the rest began that is going on.
  std::chrono::nanoseconds part_began_{}, cpu_at_part_{};
  std::uint64_t waits_at_part_ = 0;
  // Handlers that run after this object is gone find it empty.
  std::shared_ptr<Turns*> self_;
};

}  // namespace wws::wasm
