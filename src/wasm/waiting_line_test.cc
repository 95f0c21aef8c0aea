#include "wasm/waiting_line.h"

#include <gtest/gtest.h>

#include <array>

namespace wws::wasm {
namespace {

struct Picture {};
struct Waiter {
  char name;
};

class WaitingLineTest : public testing::Test {
 protected:
  char take(auto&& has_room) {
    const Waiter* taken = line_.take_first(has_room);
    return taken == nullptr ? '-' : taken->name;
  }
  char take() {
    return take([](const Picture*) { return true; });
  }

  std::array<Picture, 3> pictures_;
  const Picture *one_ = pictures_.data(), *two_ = one_ + 1, *three_ = one_ + 2;
  WaitingLine<Picture, Waiter> line_;
  Waiter a_{'a'}, b_{'b'}, c_{'c'}, d_{'d'};
};

TEST_F(WaitingLineTest, WhoCameFirstIsTakenFirst) {
  line_.join(one_, a_);
  line_.join(two_, b_);
  line_.join(one_, c_);
  EXPECT_EQ(line_.size(), 3u);
  EXPECT_EQ(take(), 'a');
  EXPECT_EQ(take(), 'b');
  EXPECT_EQ(take(), 'c');
  EXPECT_EQ(take(), '-');
  EXPECT_TRUE(line_.empty());
}

TEST_F(WaitingLineTest, ACrowdWithoutRoomIsPassedOverWithOneLook) {
  for (int i = 0; i < 1000; ++i) line_.join(one_, a_);
  line_.join(two_, b_);
  line_.join(three_, c_);
  int looks = 0;
  const auto has_room = [&](const Picture* picture) {
    ++looks;
    return picture == three_;
  };
  EXPECT_EQ(take(has_room), 'c');
  EXPECT_EQ(looks, 3);
  EXPECT_EQ(take(has_room), '-');
  EXPECT_EQ(line_.size(), 1001u);
}

TEST_F(WaitingLineTest, WhoLeavesIsNotTaken) {
  const auto a = line_.join(one_, a_);
  const auto b = line_.join(one_, b_);
  line_.join(two_, c_);
  line_.join(one_, d_);
  line_.leave(one_, a);  // the first of its group
  line_.leave(one_, b);
  EXPECT_EQ(take(), 'c');
  EXPECT_EQ(take(), 'd');
  EXPECT_TRUE(line_.empty());
  line_.leave(two_, line_.join(two_, a_));  // the only one
  EXPECT_EQ(take(), '-');
}

}  // namespace
}  // namespace wws::wasm
