#include "wasm/turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <string>

namespace wws::wasm {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// Takes `count` turns of a millisecond each and notes its name for each.
Task<void> spin(Turns& turns, io::ManualClock& clock, int count, char name, std::string& order) {
  for (int i = 0; i < count; ++i) {
    co_await turns.wait();
    order += name;
    clock.advance(milliseconds(1));
    turns.over();
  }
}

TEST(Turns, GuestsAlternate) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  asio::co_spawn(loop, spin(turns, clock, 3, 'a', order), asio::detached);
  asio::co_spawn(loop, spin(turns, clock, 3, 'b', order), asio::detached);
  loop.run();
  EXPECT_EQ(order, "ababab");
}

TEST(Turns, AHeavyGuestAloneIsNotHeldBack) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  asio::co_spawn(loop, spin(turns, clock, 50, 'a', order), asio::detached);
  // The clock stands still but for the turns: nothing else runs, so no turn waits for a timer.
  loop.poll();
  EXPECT_EQ(order.size(), 50u);
}

// As the first slices of requests do, and the counting of a guest's memory.
Task<void> spin_with_work_before(Turns& turns, io::ManualClock& clock, std::string& order) {
  for (int i = 0; i < 50; ++i) {
    clock.advance(milliseconds(1));
    co_await spin(turns, clock, 1, 'a', order);
  }
}

TEST(Turns, AHeavyGuestWaitsForNoTimerWhereNothingElseIsReady) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  asio::co_spawn(loop, spin_with_work_before(turns, clock, order), asio::detached);
  loop.poll();
  EXPECT_EQ(order.size(), 50u);
}

// Work of others: moves the clock, whose CPU time is its wall time, so the loop is never idle.
void be_busy(asio::io_context& loop, io::ManualClock& clock, const std::string& order,
             int& served) {
  clock.advance(std::chrono::microseconds(300));
  ++served;
  if (order.size() < 5) asio::post(loop, [&] { be_busy(loop, clock, order, served); });
}

TEST(Turns, AHeavyGuestLeavesABusyLoopToOthers) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  int served = 0;
  asio::co_spawn(loop, spin(turns, clock, 5, 'a', order), asio::detached);
  asio::post(loop, [&] { be_busy(loop, clock, order, served); });
  loop.run();
  EXPECT_EQ(order, "aaaaa");
  // Far more of the others' steps than turns ran: the timers gave them the loop.
  EXPECT_GT(served, 50);
}

// Busy until told otherwise, then idle.
struct Others {
  asio::io_context& loop;
  io::ManualClock& clock;
  bool done = false;

  void run() {
    if (done) return;
    clock.advance(std::chrono::microseconds(300));
    asio::post(loop, [this] { run(); });
  }
};

TEST(Turns, AHeavyGuestGoesOnAsSoonAsTheOthersAreDone) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  Others others{loop, clock};
  asio::steady_timer until(loop, milliseconds(3)), afterwards(loop);
  // The first turn ends with others ready, so the second one waits.
  asio::co_spawn(loop, spin(turns, clock, 2, 'a', order), asio::detached);
  asio::post(loop, [&] { others.run(); });
  until.async_wait([&](const boost::system::error_code&) {
    others.done = true;
    clock.advance_idle(std::chrono::hours(1));
    // The next look comes within a turn's length, so before this.
    afterwards.expires_after(milliseconds(2));
    afterwards.async_wait([&](const boost::system::error_code&) {
      asio::post(loop, [&] { order += '.'; });  // a turn begins one step after it is granted
    });
  });
  loop.run();
  EXPECT_EQ(order, "aa.");
}

// Slices of a guest that is not heavy.
Task<void> run(Turns& turns, int count, char name, std::string& order) {
  for (int i = 0; i < count; ++i) {
    co_await turns.yield();
    order += name;
  }
}

TEST(Turns, LightGuestsGoOnTogether) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  for (const char name : {'a', 'b', 'c'})
    asio::co_spawn(loop, run(turns, 3, name, order), asio::detached);
  loop.run();
  EXPECT_EQ(order, "abcabcabc");
}

TEST(Turns, ACrowdOfLightGuestsLeavesTheLoopToOthersInEachRound) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  constexpr int kCrowd = 100;
  std::string order;
  for (int i = 0; i < kCrowd; ++i) asio::co_spawn(loop, run(turns, 1, 'a', order), asio::detached);
  // As the heads of new requests: one in each round.
  const std::function<void()> request = [&] {
    order += '.';
    if (std::ranges::count(order, 'a') < kCrowd) asio::post(loop, request);
  };
  asio::post(loop, request);
  loop.run();
  EXPECT_EQ(std::ranges::count(order, 'a'), kCrowd);
  EXPECT_EQ(order.find(std::string(Turns::kLightARound + 1, 'a')), std::string::npos);
}

TEST(Turns, ALightGuestWaitsForNoHeavyOne) {
  asio::io_context loop;
  io::ManualClock clock;
  Turns turns(loop.get_executor(), clock);
  std::string order;
  Others others{loop, clock};
  asio::post(loop, [&] { others.run(); });
  asio::co_spawn(loop, spin(turns, clock, 20, 'H', order), asio::detached);
  asio::co_spawn(loop, run(turns, 3, 'a', order), asio::detached);
  for (int step = 0; step < 100; ++step) loop.poll_one();
  // The heavy one rests, as there are others; nobody else does.
  EXPECT_EQ(std::ranges::count(order, 'a'), 3);
  EXPECT_LE(std::ranges::count(order, 'H'), 2);
  others.done = true;
  loop.run();
}

}  // namespace
}  // namespace wws::wasm
