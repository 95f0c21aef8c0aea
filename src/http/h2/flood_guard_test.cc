#include "http/h2/flood_guard.h"

#include <gtest/gtest.h>

namespace wws::http::h2 {
namespace {

using namespace std::chrono_literals;

TEST(FloodGuard, BearsABurstAndThenARate) {
  FloodGuard guard(3, 10);
  std::chrono::nanoseconds now = 1s;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(guard.bears(now));
  EXPECT_FALSE(guard.bears(now));
  now += 100ms;
  EXPECT_TRUE(guard.bears(now));
  EXPECT_FALSE(guard.bears(now));
}

TEST(FloodGuard, NeverBearsMoreThanItsBurst) {
  FloodGuard guard(3, 10);
  EXPECT_TRUE(guard.bears(1s));
  int borne = 0;
  while (guard.bears(1h)) ++borne;
  EXPECT_EQ(borne, 3);
}

}  // namespace
}  // namespace wws::http::h2
