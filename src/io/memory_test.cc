#include "io/memory.h"

#include <gtest/gtest.h>

namespace wws::io {
namespace {

TEST(Memory, ReadsTheBoundOfAControlGroup) {
  EXPECT_EQ(parse_memory_max("536870912\n"), 536'870'912u);
  EXPECT_EQ(parse_memory_max("max\n"), std::nullopt);
  EXPECT_EQ(parse_memory_max(""), std::nullopt);
}

TEST(Memory, FindsTheControlGroupOfTheProcess) {
  EXPECT_EQ(parse_control_group("0::/system.slice/wws.service\n"), "/system.slice/wws.service");
  EXPECT_EQ(parse_control_group("4:memory:/old\n0::/new\n"), "/new");
  EXPECT_EQ(parse_control_group("4:memory:/old\n"), "/");
  EXPECT_EQ(parse_control_group(""), "/");
}

TEST(Memory, IsNoMoreThanTheMachines) {
  EXPECT_GT(available_memory(), 16u << 20);
  EXPECT_LT(available_memory(), std::uint64_t{1} << 50);
}

}  // namespace
}  // namespace wws::io
