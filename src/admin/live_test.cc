#include "admin/live.h"

#include <gtest/gtest.h>

namespace wws::admin {
namespace {

using namespace std::chrono_literals;

TEST(Live, TellsRatesAndQuantilesOfTheTimeBetweenSamples) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  for (int i = 0; i < 1000; ++i) loop.ended(0, 200, 1s);  // before the first sample: not counted
  Live live;
  live.sample(metrics.total(), 100s, 10s);
  EXPECT_TRUE(live.samples().empty());
  for (int i = 0; i < 30; ++i) loop.ended(0, 200, 1ms);
  for (int i = 0; i < 10; ++i) loop.ended(0, 500, 1ms);
  loop.failed(0, observe::Limit::Cpu);
  live.sample(metrics.total(), 102s, 12s);
  ASSERT_EQ(live.samples().size(), 1u);
  const LiveSample& sample = live.samples()[0];
  EXPECT_EQ(sample.time, 102s);
  EXPECT_DOUBLE_EQ(sample.requests_per_second, 20);
  EXPECT_DOUBLE_EQ(sample.errors_per_second, 5);
  EXPECT_DOUBLE_EQ(sample.failures_per_second, 0.5);
  EXPECT_NEAR(static_cast<double>(sample.p99.value().count()), 1e6, 0.25e6);
  live.sample(metrics.total(), 103s, 13s);
  EXPECT_FALSE(live.samples()[1].p50.has_value());
}

TEST(Live, ForgetsTheOldest) {
  Live live;
  const observe::Figures none;
  for (std::size_t i = 0; i < Live::kSamples + 50; ++i)
    live.sample(none, std::chrono::seconds(i), std::chrono::seconds(i));
  EXPECT_EQ(live.samples().size(), Live::kSamples);
  EXPECT_EQ(live.samples().back().time, std::chrono::seconds(Live::kSamples + 49));
}

TEST(Live, AClockThatStandsStillIsNoDivision) {
  Live live;
  live.sample({}, 1s, 1s);
  live.sample({}, 1s, 1s);
  EXPECT_TRUE(live.samples().empty());
}

}  // namespace
}  // namespace wws::admin
