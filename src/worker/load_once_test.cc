#include "worker/load_once.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace wws::worker {
namespace {

namespace asio = boost::asio;

// Asks for the value and stores it, or the error's message.
Task<void> ask(LoadOnce<int>& once, LoadOnce<int>::Make make, std::string& out) {
  const auto executor = co_await asio::this_coro::executor;
  auto value = co_await once.get(executor, std::move(make));
  out = value ? std::to_string(**value) : value.error().message();
}

TEST(LoadOnce, MakesTheValueOnceForAllWhoAskMeanwhile) {
  asio::io_context loop;
  LoadOnce<int> once;
  io::Notifier gate(loop.get_executor());
  int made = 0;
  const auto make = [&]() -> Task<Result<int>> {
    ++made;
    co_await gate.wait();
    co_return 7;
  };
  std::string first;
  std::string second;
  asio::co_spawn(loop, ask(once, make, first), asio::detached);
  asio::co_spawn(loop, ask(once, make, second), asio::detached);
  loop.poll();
  EXPECT_EQ(once.ready(), nullptr);
  gate.notify();
  loop.restart();
  loop.run();
  EXPECT_EQ(first, "7");
  EXPECT_EQ(second, "7");
  EXPECT_EQ(made, 1);
  EXPECT_EQ(*once.ready(), 7);
}

TEST(LoadOnce, WakesThoseWhoWaitOnOtherLoops) {
  asio::io_context a;
  asio::io_context b;
  LoadOnce<int> once;
  io::Notifier gate(a.get_executor());
  const auto make = [&]() -> Task<Result<int>> {
    co_await gate.wait();
    co_return 3;
  };
  std::string first;
  std::string second;
  asio::co_spawn(a, ask(once, make, first), asio::detached);
  a.poll();
  asio::co_spawn(b, ask(once, make, second), asio::detached);
  b.poll();
  auto keep = asio::make_work_guard(b);
  std::jthread other([&] { b.run(); });
  gate.notify();
  a.restart();
  a.run();
  keep.reset();
  other.join();
  EXPECT_EQ(first, "3");
  EXPECT_EQ(second, "3");
}

TEST(LoadOnce, KeepsAFailureOfTheThingAndTriesAgainAfterAnyOther) {
  for (const auto& [kind, expected] : {std::pair{ErrorKind::GuestFault, 1},
                                       {ErrorKind::Invalid, 1},
                                       {ErrorKind::NotFound, 1},
                                       {ErrorKind::Exhausted, 2},
                                       {ErrorKind::Internal, 2}}) {
    asio::io_context loop;
    LoadOnce<int> once;
    int made = 0;
    const auto make = [&made, kind = kind]() -> Task<Result<int>> {
      ++made;
      co_return fail(kind, "no");
    };
    std::string out;
    for (int i = 0; i < 2; ++i) {
      asio::co_spawn(loop, ask(once, make, out), asio::detached);
      loop.restart();
      loop.run();
      EXPECT_EQ(out, "no");
    }
    EXPECT_EQ(made, expected);
  }
}

TEST(LoadOnce, MakesADroppedValueAgainWhileOthersKeepIt) {
  asio::io_context loop;
  LoadOnce<int> once;
  int made = 0;
  const auto make = [&]() -> Task<Result<int>> { co_return ++made; };
  std::string out;
  once.drop();
  asio::co_spawn(loop, ask(once, make, out), asio::detached);
  loop.run();
  const auto held = once.ready();
  once.drop();
  EXPECT_EQ(once.ready(), nullptr);
  EXPECT_EQ(*held, 1);
  asio::co_spawn(loop, ask(once, make, out), asio::detached);
  loop.restart();
  loop.run();
  EXPECT_EQ(out, "2");
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace wws::worker
