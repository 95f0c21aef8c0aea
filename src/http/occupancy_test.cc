#include "http/occupancy.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wws::http {
namespace {

TEST(Occupancy, IsFullAtItsBound) {
  Occupancy two({.total = 2});
  EXPECT_FALSE(two.is_full());
  two.enter();
  two.enter();
  EXPECT_TRUE(two.is_full());
  two.leave();
  EXPECT_FALSE(two.is_full());
  Occupancy any({});
  any.enter();
  EXPECT_FALSE(any.is_full());
}

TEST(Occupancy, AnAddressHasItsShareAndNoMore) {
  Occupancy places({.per_address = 2});
  auto one = places.take("192.0.2.1");
  auto two = places.take("192.0.2.1");
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(places.take("192.0.2.1"));
  EXPECT_FALSE(places.take("::ffff:192.0.2.1")) << "the same address, mapped";
  EXPECT_TRUE(places.take("192.0.2.2"));
  two.reset();
  EXPECT_TRUE(places.take("192.0.2.1"));
}

TEST(Occupancy, AnAddressOfIpv6IsItsNetwork) {
  Occupancy places({.per_address = 1});
  const auto one = places.take("2001:db8:1:2::3");
  EXPECT_TRUE(one);
  EXPECT_FALSE(places.take("2001:db8:1:2:ffff::1"));
  EXPECT_TRUE(places.take("2001:db8:1:3::3"));
}

TEST(Occupancy, ThisMachineIsNotBounded) {
  Occupancy places({.per_address = 1});
  std::vector<Occupancy::Place> held;
  for (const char* address : {"127.0.0.1", "127.0.0.1", "::1", "::1", "unix", "unix", "", "x"}) {
    auto place = places.take(address);
    ASSERT_TRUE(place) << address;
    held.push_back(*std::move(place));
  }
}

TEST(Occupancy, AMovedPlaceIsGivenBackOnce) {
  Occupancy places({.per_address = 1});
  auto one = places.take("192.0.2.1");
  Occupancy::Place moved = *std::move(one);
  one.reset();
  EXPECT_FALSE(places.take("192.0.2.1"));
  moved = Occupancy::Place();
  EXPECT_TRUE(places.take("192.0.2.1"));
}

TEST(Occupancy, LoopsCountTogether) {
  Occupancy places({.total = 1, .per_address = 4});
  std::vector<std::jthread> loops;
  std::atomic<int> refused{0};
  for (int i = 0; i < 4; ++i)
    loops.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        places.enter();
        const auto place = places.take("192.0.2.1");
        if (!place) ++refused;
        places.leave();
      }
    });
  loops.clear();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(places.total(), 0u);
  std::vector<Occupancy::Place> held;
  for (int i = 0; i < 4; ++i) held.push_back(places.take("192.0.2.1").value());
  EXPECT_FALSE(places.take("192.0.2.1"));
}

}  // namespace
}  // namespace wws::http
