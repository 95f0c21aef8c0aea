#include "observe/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace wws::observe {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(Latencies, EveryDurationLiesInItsClass) {
  for (std::int64_t micros = 0; micros < 200'000; micros += micros < 100 ? 1 : 37) {
    const auto one = Latencies::class_of(microseconds(micros));
    EXPECT_LT(microseconds(micros), Latencies::end_of(one)) << micros;
    if (one > 0) {
      EXPECT_GE(microseconds(micros), Latencies::end_of(one - 1)) << micros;
    }
  }
  EXPECT_EQ(Latencies::class_of(std::chrono::hours(10)), Latencies::kClasses - 1);
  EXPECT_EQ(Latencies::class_of(nanoseconds(-5)), 0u);
}

TEST(Latencies, AQuantileIsAtMostAQuarterOff) {
  Latencies latencies;
  for (int micros = 1; micros <= 1000; ++micros)
    latencies.add(Latencies::class_of(microseconds(micros)), 1);
  EXPECT_EQ(latencies.count(), 1000u);
  for (const double share : {0.5, 0.9, 0.99}) {
    const auto found = latencies.quantile(share).value();
    EXPECT_NEAR(static_cast<double>(found.count()), share * 1e6, share * 0.25e6);
  }
  EXPECT_FALSE(Latencies().quantile(0.5).has_value());
}

TEST(Latencies, CountsBelowPowersOfTwo) {
  Latencies latencies;
  for (const int micros : {1, 3, 4, 7, 8, 15, 16, 1023, 1024})
    latencies.add(Latencies::class_of(microseconds(micros)), 1);
  EXPECT_EQ(latencies.count_below_power(2), 2u);
  EXPECT_EQ(latencies.count_below_power(3), 4u);
  EXPECT_EQ(latencies.count_below_power(4), 6u);
  EXPECT_EQ(latencies.count_below_power(10), 8u);
  EXPECT_EQ(latencies.count_below_power(11), 9u);
  EXPECT_EQ(latencies.count_below_power(40), 9u);
}

TEST(Metrics, AddsTheLoopsUp) {
  Metrics metrics;
  LoopMetrics& one = metrics.add_loop();
  LoopMetrics& other = metrics.add_loop();
  for (int i = 0; i < 3; ++i) one.begun();
  one.ended(0, 200, microseconds(10));
  one.ended(1, 504, microseconds(20));
  one.failed(1, Limit::Cpu);
  other.begun();
  other.ended(0, 404, microseconds(30));
  other.ended(kNoWorker, 200, microseconds(40));
  other.limited(0, Limit::Request);

  const Figures all = metrics.total();
  EXPECT_EQ(all.requests(), 4u);
  EXPECT_EQ(all.by_class[2], 2u);
  EXPECT_EQ(all.failures, 1u);
  EXPECT_EQ(all.nanoseconds, 100'000u);
  EXPECT_EQ(all.latencies.count(), 4u);
  const Figures first = metrics.worker(0);
  EXPECT_EQ(first.requests(), 2u);
  EXPECT_EQ(first.by_class[4], 1u);
  EXPECT_EQ(first.limits[static_cast<std::size_t>(Limit::Request)], 1u);
  const Figures second = metrics.worker(1);
  EXPECT_EQ(second.failures, 1u);
  EXPECT_EQ(second.limits[static_cast<std::size_t>(Limit::Cpu)], 1u);
  EXPECT_EQ(metrics.worker(7).requests(), 0u);
}

TEST(Metrics, ARefusedRequestIsARequestWithoutADuration) {
  Metrics metrics;
  LoopMetrics& loop = metrics.add_loop();
  loop.refused(431);
  loop.refused(505);
  const Figures all = metrics.total();
  EXPECT_EQ(all.by_class[4], 1u);
  EXPECT_EQ(all.by_class[5], 1u);
  EXPECT_EQ(all.in_flight(), 0u);
  EXPECT_EQ(all.latencies.count(), 0u);
}

TEST(Metrics, CountsWhatWorkersUsedAndWhatTheEdgeRefused) {
  Metrics metrics;
  LoopMetrics& one = metrics.add_loop();
  LoopMetrics& other = metrics.add_loop();
  using TopLevel = LoopMetrics::TopLevel;
  one.ran(3, TopLevel::FromImage, microseconds(5), 1000);
  one.ran(3, TopLevel::Replayed, microseconds(7), 500);
  other.ran(4, TopLevel::FromImage, microseconds(1), 2000);
  one.hit(EdgeLimit::Head);
  other.hit(EdgeLimit::Head);
  other.hit(EdgeLimit::Flood);
  one.accepted();
  other.tls_resumed();
  one.coding_found();
  one.coding_made();

  const Figures all = metrics.total();
  EXPECT_EQ(all.runs, 3u);
  EXPECT_EQ(all.replayed, 1u);
  EXPECT_EQ(all.cpu_nanoseconds, 13'000u);
  EXPECT_EQ(all.peak_memory, 2000u);
  EXPECT_EQ(all.edge_limits[static_cast<std::size_t>(EdgeLimit::Head)], 2u);
  EXPECT_EQ(all.edge_limits[static_cast<std::size_t>(EdgeLimit::Flood)], 1u);
  EXPECT_EQ(all.accepted, 1u);
  EXPECT_EQ(all.tls_resumed, 1u);
  EXPECT_EQ(all.coding_hits, 1u);
  EXPECT_EQ(all.coding_misses, 1u);
  const Figures third = metrics.worker(3);
  EXPECT_EQ(third.runs, 2u);
  EXPECT_EQ(third.cpu_nanoseconds, 12'000u);
  EXPECT_EQ(third.peak_memory, 1000u);
  EXPECT_EQ(third.edge_limits, Figures().edge_limits);
}

TEST(Metrics, NamesEveryLimitOnce) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLimitCount; ++i) names.insert(to_string(static_cast<Limit>(i)));
  for (std::size_t i = 0; i < kEdgeLimitCount; ++i)
    names.insert(to_string(static_cast<EdgeLimit>(i)));
  EXPECT_EQ(names.size(), kLimitCount + kEdgeLimitCount);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Metrics, TellsWhatIsUnderWay) {
  Metrics metrics;
  LoopMetrics& loop = metrics.add_loop();
  loop.begun();
  loop.begun();
  loop.ended(0, 200, microseconds(1));
  EXPECT_EQ(metrics.total().in_flight(), 1u);
}

TEST(Metrics, NumbersOfWorkersMayGrow) {
  Metrics metrics;
  LoopMetrics& loop = metrics.add_loop();
  const std::size_t numbers[] = {0, 63, 64, 127, 128, 255, 256, 9'999, 1'000'000};
  for (const std::size_t number : numbers)
    for (std::size_t i = 0; i <= number % 7; ++i) loop.ended(number, 200, microseconds(1));
  for (const std::size_t number : numbers)
    EXPECT_EQ(metrics.worker(number).requests(), number % 7 + 1) << number;
  EXPECT_EQ(metrics.worker(62).requests(), 0u);
  EXPECT_EQ(metrics.worker(500'000).requests(), 0u);
  loop.ended(kNoWorker - 1, 200, microseconds(1));
  EXPECT_EQ(metrics.worker(kNoWorker - 1).requests(), 0u);
}

TEST(Metrics, ReadersOfARunningLoopLoseNothing) {
  Metrics metrics;
  LoopMetrics& loop = metrics.add_loop();
  std::jthread writer([&] {
    for (int i = 0; i < 20'000; ++i)
      loop.ended(static_cast<std::size_t>(i % 100), 200, microseconds(5));
  });
  while (metrics.total().requests() < 20'000) (void)metrics.worker(99).requests();
  std::uint64_t sum = 0;
  writer.join();
  for (std::size_t i = 0; i < 100; ++i) sum += metrics.worker(i).requests();
  EXPECT_EQ(sum, 20'000u);
}

}  // namespace
}  // namespace wws::observe
