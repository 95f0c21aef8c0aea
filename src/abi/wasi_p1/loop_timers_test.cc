#include "abi/wasi_p1/loop_timers.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "abi/wasi_p1/test_context.h"

namespace wws::abi::wasi_p1 {
namespace {

TEST(LoopTimers, WakesFromTheLoopAndNotFromTheCall) {
  boost::asio::io_context loop;
  const auto timers = make_loop_timers(loop.get_executor());
  const auto waker = std::make_shared<test::CountingWaker>();
  const auto timer = timers->start(std::chrono::nanoseconds(0), waker);
  EXPECT_EQ(waker->woken, 0);
  loop.run();
  EXPECT_EQ(waker->woken, 1);
}

TEST(LoopTimers, DestroyingCancels) {
  boost::asio::io_context loop;
  const auto timers = make_loop_timers(loop.get_executor());
  const auto waker = std::make_shared<test::CountingWaker>();
  timers->start(std::chrono::hours(1), waker).reset();
  loop.run();
  EXPECT_EQ(waker->woken, 0);
}

}  // namespace
}  // namespace wws::abi::wasi_p1
