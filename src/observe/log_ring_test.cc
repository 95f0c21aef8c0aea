#include "observe/log_ring.h"

#include <gtest/gtest.h>

namespace wws::observe {
namespace {

struct LogRingTest : ::testing::Test {
  MemoryLog behind;
  io::ManualClock clock{std::chrono::seconds(100)};
};

TEST_F(LogRingTest, PassesOnAndRemembers) {
  LogRing ring(behind, clock);
  ring.warn("hello", {{"worker", "a.js"}});
  EXPECT_TRUE(behind.contains("hello"));
  const auto records = ring.records(0, 10, {});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].number, 1u);
  EXPECT_EQ(records[0].time, std::chrono::seconds(100));
  EXPECT_EQ(records[0].field("worker"), "a.js");
  EXPECT_EQ(records[0].field("route"), "");
}

TEST_F(LogRingTest, TheOldestGoFirst) {
  LogRing ring(behind, clock, {.records = 3});
  for (int i = 1; i <= 5; ++i) ring.info(std::to_string(i));
  const auto records = ring.records(0, 10, {});
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].text, "3");
  EXPECT_EQ(ring.records(4, 10, {}).size(), 1u);
  EXPECT_EQ(ring.records(0, 1, {})[0].text, "5");
  EXPECT_EQ(ring.newest(), 5u);
}

TEST_F(LogRingTest, IsBoundedInBytesWhateverIsWritten) {
  LogRing ring(behind, clock, {.bytes = 20'000, .text = 1000});
  const std::string long_text(100'000, 'x');
  for (int i = 0; i < 100; ++i) ring.info(long_text, {{"stack", long_text}});
  std::size_t bytes = 0;
  for (const auto& record : ring.records(0, 1000, {}))
    bytes += record.text.size() + record.field("stack").size();
  EXPECT_GT(bytes, 2000u);
  EXPECT_LT(bytes, 20'000u);
}

TEST_F(LogRingTest, ARecordLargerThanTheRingIsNotKept) {
  LogRing ring(behind, clock, {.bytes = 10, .text = 1000});
  ring.info(std::string(500, 'x'));
  EXPECT_TRUE(ring.records(0, 10, {}).empty());
}

TEST_F(LogRingTest, CutsBetweenCharacters) {
  LogRing ring(behind, clock, {.text = 2});
  ring.info("aü");
  EXPECT_EQ(ring.records(0, 1, {})[0].text, "a…");
}

TEST_F(LogRingTest, ChatterDoesNotPushErrorsOut) {
  LogRing ring(behind, clock, {.records = 2});
  ring.error("broken");
  for (int i = 0; i < 10; ++i) ring.info("chatter");
  ASSERT_EQ(ring.errors(10, {}).size(), 1u);
  EXPECT_EQ(ring.errors(10, {})[0].text, "broken");
}

TEST_F(LogRingTest, FiltersBeforeItCounts) {
  LogRing ring(behind, clock);
  ring.warn("one");
  for (int i = 0; i < 10; ++i) ring.info("chatter");
  const auto warnings =
      ring.records(0, 1, [](const KeptRecord& record) { return record.level >= Level::Warn; });
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].text, "one");
}

}  // namespace
}  // namespace wws::observe
