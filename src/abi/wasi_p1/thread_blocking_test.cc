#include "abi/wasi_p1/thread_blocking.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <future>
#include <thread>

namespace wws::abi::wasi_p1 {
namespace {

TEST(ThreadBlocking, WorksElsewhereAndEndsOnTheLoop) {
  boost::asio::io_context loop;
  const auto guard = boost::asio::make_work_guard(loop);
  boost::asio::thread_pool threads(1);
  const auto blocking = make_thread_blocking(loop.get_executor(), threads.get_executor());
  std::thread::id worked, ended;
  const auto handle = blocking->start([&] { worked = std::this_thread::get_id(); },
                                      [&] {
                                        ended = std::this_thread::get_id();
                                        loop.stop();
                                      });
  loop.run();
  EXPECT_EQ(ended, std::this_thread::get_id());
  EXPECT_NE(worked, ended);
  EXPECT_NE(worked, std::thread::id());
}

TEST(ThreadBlocking, WhatIsGivenUpEndsNowhere) {
  boost::asio::thread_pool threads(1);
  std::promise<void> begun, go_on;
  bool ended = false;
  {
    boost::asio::io_context loop;
    const auto blocking = make_thread_blocking(loop.get_executor(), threads.get_executor());
    auto handle = blocking->start(
        [&] {
          begun.set_value();
          go_on.get_future().wait();
        },
        [&] { ended = true; });
    begun.get_future().wait();
    handle.reset();
  }
  // The loop is gone when the work ends.
  go_on.set_value();
  threads.join();
  EXPECT_FALSE(ended);
}

TEST(ThreadBlocking, WhatIsGivenUpBeforeItBeginsIsNotDone) {
  boost::asio::thread_pool threads(1);
  boost::asio::io_context loop;
  const auto blocking = make_thread_blocking(loop.get_executor(), threads.get_executor());
  std::promise<void> go_on;
  const auto first = blocking->start([&] { go_on.get_future().wait(); }, [] {});
  bool worked = false;
  blocking->start([&] { worked = true; }, [] {}).reset();
  go_on.set_value();
  threads.join();
  EXPECT_FALSE(worked);
}

}  // namespace
}  // namespace wws::abi::wasi_p1
