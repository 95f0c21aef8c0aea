#include "io/spawn.h"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <new>

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

TEST(SpawnDeathTest, WhatATaskThrowsDoesNotVanish) {
  asio::io_context loop;
  spawn(loop.get_executor(), run_out_of_memory());
  EXPECT_DEATH(loop.run(), "a task threw");
}

}  // namespace
}  // namespace wws::io
