#include "io/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace wws::io {
namespace {

namespace asio = boost::asio;

Task<void> count_after(Notifier& gate, int& count) {
  co_await gate.wait();
  ++count;
}

TEST(Notifier, RemembersANotificationThatCameFirst) {
  asio::io_context loop;
  Notifier gate(loop.get_executor());
  int count = 0;
  gate.notify();
  asio::co_spawn(loop, count_after(gate, count), asio::detached);
  loop.run();
  EXPECT_EQ(count, 1);
}

TEST(Notifier, GivesUpAtTheDeadline) {
  asio::io_context loop;
  Notifier gate(loop.get_executor());
  bool notified = true;
  asio::co_spawn(
      loop,
      [](Notifier& g, bool& out) -> Task<void> {
        out = co_await g.wait_until(std::chrono::steady_clock::now());
      }(gate, notified),
      asio::detached);
  loop.run();
  EXPECT_FALSE(notified);
}

Task<void> wait_for_ever(Notifier& never, int& ended) {
  co_await never.wait();
  ++ended;
}

TEST(TaskGroup, JoinWaitsForTasksThatWereCancelled) {
  asio::io_context loop;
  TaskGroup group(loop.get_executor());
  Notifier never_a(loop.get_executor());
  Notifier never_b(loop.get_executor());
  int ended = 0;
  group.spawn(wait_for_ever(never_a, ended));
  group.spawn(wait_for_ever(never_b, ended));
  bool joined = false;
  asio::co_spawn(
      loop,
      [](TaskGroup& g, bool& out) -> Task<void> {
        const bool early = co_await g.join_until(std::chrono::steady_clock::now());
        EXPECT_FALSE(early);
        g.cancel();
        co_await g.join();
        out = true;
      }(group, joined),
      asio::detached);
  loop.run();
  EXPECT_TRUE(joined);
  EXPECT_EQ(group.running(), 0u);
}

}  // namespace
}  // namespace wws::io
