#include "io/offload.h"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <vector>

namespace wws::io {
namespace {

TEST(Offload, WorksElsewhereInOrderAndTellsTheLoop) {
  boost::asio::io_context loop;
  auto guard = boost::asio::make_work_guard(loop);
  Offload offload(loop.get_executor());
  std::vector<int> order;
  const auto here = std::this_thread::get_id();
  std::thread::id there;
  offload.run([&] { there = std::this_thread::get_id(); }, [&] { order.push_back(1); });
  offload.run([] {},
              [&] {
                order.push_back(2);
                EXPECT_EQ(std::this_thread::get_id(), here);
                guard.reset();
              });
  loop.run();
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_NE(there, here);
}

TEST(Offload, ThatEndsWaitsForTheWorkUnderWayAndTellsNobody) {
  boost::asio::io_context loop;
  bool told = false, worked = false;
  std::promise<void> begun;
  {
    Offload offload(loop.get_executor());
    offload.run(
        [&] {
          begun.set_value();
          worked = true;
        },
        [&] { told = true; });
    begun.get_future().wait();
  }
  loop.run();
  EXPECT_TRUE(worked);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace wws::io
