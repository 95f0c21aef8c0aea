#include "http/pace.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

using namespace std::chrono_literals;

constexpr PaceLimits kLimits{.rate = 100, .window = 10s};

class PaceTest : public testing::Test {
 protected:
  bool look(std::chrono::nanoseconds now) {
    return pace_.too_slow(now, kLimits, [this] { return moved_; });
  }
  Pace pace_;
  std::uint64_t moved_ = 5'000;
};

TEST_F(PaceTest, AWindowWithTooFewBytesIsTooSlow) {
  pace_.begin(1s);
  EXPECT_FALSE(look(1s));
  moved_ += 999;
  EXPECT_FALSE(look(10s));
  EXPECT_TRUE(look(11s));
}

TEST_F(PaceTest, EnoughBytesBeginTheNextWindow) {
  pace_.begin(1s);
  EXPECT_FALSE(look(1s));
  moved_ += 100'000;
  EXPECT_FALSE(look(11s));
  moved_ += 999;  // what was moved before does not count any more
  EXPECT_FALSE(look(20s));
  EXPECT_TRUE(look(21s));
}

TEST_F(PaceTest, OnlyWaitingCounts) {
  pace_.begin(0s);
  EXPECT_FALSE(look(0s));
  pace_.end(4s);
  EXPECT_FALSE(look(100s));  // nobody waits
  pace_.begin(100s);
  EXPECT_FALSE(look(105s));
  EXPECT_TRUE(look(106s));
}

TEST_F(PaceTest, WaitsThatFollowEachOtherAreAddedUp) {
  for (int i = 0; i < 40; ++i) {
    pace_.begin(std::chrono::seconds(i));
    const bool slow = look(std::chrono::seconds(i));
    pace_.end(std::chrono::seconds(i) + 900ms);
    ++moved_;
    if (slow) {
      EXPECT_GE(i, 10);
      return;
    }
  }
  ADD_FAILURE() << "a byte a second was not too slow";
}

TEST_F(PaceTest, WithoutARateNothingIs) {
  pace_.begin(0s);
  EXPECT_FALSE(pace_.too_slow(0s, {}, [] { return std::uint64_t{0}; }));
  EXPECT_FALSE(pace_.too_slow(9999s, {}, [] { return std::uint64_t{0}; }));
}

}  // namespace
}  // namespace wws::http
