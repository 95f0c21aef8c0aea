#include "io/spawn.h"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <new>

#include "io/notifier.h"

namespace wws::io {
namespace {

namespace asio = boost::asio;

Task<void> count(int& ended) {
  ++ended;
  co_return;
}

Task<void> run_out_of_memory() {
  throw std::bad_alloc();
  co_return;
}

Task<void> be_cancelled() {
  throw boost::system::system_error(asio::error::operation_aborted);
  co_return;
}

TEST(Spawn, RunsATaskToItsEnd) {
  asio::io_context loop;
  int ended = 0;
  spawn(loop.get_executor(), count(ended));
  loop.run();
  EXPECT_EQ(ended, 1);
}

TEST(Spawn, ATaskThatAsioHasCancelledHasEnded) {
  asio::io_context loop;
  spawn(loop.get_executor(), be_cancelled());
  loop.run();
}

Task<void> wait_for_ever(std::shared_ptr<Notifier> never, int& ended) {
  co_await never->wait();
  ++ended;
}

TEST(Spawn, ACancelledTaskGoesOnToItsOwnEnd) {
  asio::io_context loop;
  const auto never = std::make_shared<Notifier>(loop.get_executor());
  int ended = 0;
  auto stop = spawn_cancellable(loop.get_executor(), wait_for_ever(never, ended));
  loop.poll();
  EXPECT_EQ(ended, 0);
  stop->emit(asio::cancellation_type::all);
  stop.reset();
  loop.run();
  EXPECT_EQ(ended, 1);
}

TEST(Spawn, TheSignalOfATaskThatHasEndedDoesNothing) {
  asio::io_context loop;
  int ended = 0;
  const auto stop = spawn_cancellable(loop.get_executor(), count(ended));
  loop.run();
  stop->emit(asio::cancellation_type::all);
  loop.restart();
  loop.run();
  EXPECT_EQ(ended, 1);
}

TEST(Spawn, ATaskEndsWithItsLoop) {
  std::weak_ptr<Notifier> seen;
  {
    asio::io_context loop;
    auto never = std::make_shared<Notifier>(loop.get_executor());
    seen = never;
    int ended = 0;
    const auto stop =
        spawn_cancellable(loop.get_executor(), wait_for_ever(std::move(never), ended));
    loop.poll();
    EXPECT_FALSE(seen.expired());
  }
  EXPECT_TRUE(seen.expired());
}

TEST(SpawnDeathTest, WhatATaskThrowsDoesNotVanish) {
  asio::io_context loop;
  spawn(loop.get_executor(), run_out_of_memory());
  EXPECT_DEATH(loop.run(), "a task threw");
}

}  // namespace
}  // namespace wws::io
