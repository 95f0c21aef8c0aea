#include "io/cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace wws::io {
namespace {

TEST(Cores, ReadsTheQuotaOfAControlGroup) {
  EXPECT_EQ(parse_cpu_max("200000 100000\n"), 2u);
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 2u);
  EXPECT_EQ(parse_cpu_max("10000 100000\n"), 1u);
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_EQ(parse_cpu_max("1000 0"), std::nullopt);
  EXPECT_EQ(parse_cpu_max(""), std::nullopt);
}

TEST(Cores, CountsOnlyThoseThatTheProcessMayUse) {
  std::thread pinned([] {
    cpu_set_t mask;
    ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);
    int first = 0;
    while (!CPU_ISSET(first, &mask)) ++first;
    CPU_ZERO(&mask);
    CPU_SET(first, &mask);
    ASSERT_EQ(sched_setaffinity(0, sizeof mask, &mask), 0);
    EXPECT_EQ(available_cores(), 1u);
  });
  pinned.join();
}

}  // namespace
}  // namespace wws::io
