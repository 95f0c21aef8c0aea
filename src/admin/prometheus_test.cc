// /metrics is read line by line, as a scraper reads it.
#include "admin/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "admin/test_server.h"

namespace wws::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class PrometheusTest : public testing::Test {
 protected:
  std::string text(std::span<const WorkerView> asked = {}) {
    return prometheus_text(facts_, status_, asked);
  }
  // Series -> value, "name{labels}" as they stand there.
  std::map<std::string, double> samples(std::span<const WorkerView> asked = {}) {
    std::map<std::string, double> found;
    std::istringstream lines(text(asked));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("#")) continue;
      const auto space = line.rfind(' ');
      EXPECT_TRUE(found.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second)
          << "twice: " << line;
    }
    return found;
  }

  Facts facts_{.version = "2.0.0", .started = 1'500ms};
  ServerStatus status_;
};

TEST_F(PrometheusTest, EveryFamilyIsDescribedOnceAndBeforeItsSamples) {
  std::istringstream lines(text());
  std::set<std::string> described;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string sign, kind, name;
    words >> sign;
    if (sign != "#") {
      EXPECT_TRUE(line.starts_with(family)) << line << " is not of " << family;
      continue;
    }
    words >> kind >> name;
    if (kind == "HELP") {
      EXPECT_TRUE(described.insert(name).second) << name << " is described twice";
      family = name;
    } else {
      EXPECT_EQ(kind, "TYPE");
      EXPECT_EQ(name, family);
    }
  }
  EXPECT_GT(described.size(), 15u);
  EXPECT_EQ(text().back(), '\n');
}

TEST_F(PrometheusTest, CountsRequestsAndTheirTime) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  for (int i = 0; i < 5; ++i) loop.begun();
  loop.ended(0, 200, 20us);
  loop.ended(0, 204, 3ms);
  loop.ended(0, 500, 100s);
  loop.ended(0, 0, 1ms);
  loop.failed(0, observe::Limit::Wall);
  status_.figures = metrics.total();
  auto found = samples();
  EXPECT_EQ(found["wws_http_requests_total{code=\"2xx\"}"], 2);
  EXPECT_EQ(found["wws_http_requests_total{code=\"5xx\"}"], 1);
  EXPECT_EQ(found["wws_http_requests_total{code=\"none\"}"], 1);
  EXPECT_EQ(found["wws_http_requests_in_flight"], 1);
  EXPECT_EQ(found["wws_http_request_duration_seconds_bucket{le=\"3.2e-05\"}"], 1);
  EXPECT_EQ(found["wws_http_request_duration_seconds_bucket{le=\"0.004096\"}"], 3);
  EXPECT_EQ(found["wws_http_request_duration_seconds_bucket{le=\"33.554432\"}"], 3);
  EXPECT_EQ(found["wws_http_request_duration_seconds_bucket{le=\"+Inf\"}"], 4);
  EXPECT_EQ(found["wws_http_request_duration_seconds_count"], 4);
  EXPECT_NEAR(found["wws_http_request_duration_seconds_sum"], 100.00402, 1e-9);
  EXPECT_EQ(found["wws_worker_failures_total"], 1);
  EXPECT_EQ(found["wws_limit_hits_total{limit=\"wall\"}"], 1);
  EXPECT_EQ(found["wws_limit_hits_total{limit=\"cpu\"}"], 0);
}

TEST_F(PrometheusTest, CountsWebSocketsAndNotTheirTime) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  for (int i = 0; i < 3; ++i) loop.socket_opened(0);
  loop.socket_closed(0);
  loop.message_received(0);
  loop.message_sent(0);
  loop.message_sent(0);
  loop.limited(0, observe::Limit::Message);
  loop.begun();
  loop.ended(0, 101, 3600s);
  status_.figures = metrics.total();
  auto found = samples();
  EXPECT_EQ(found["wws_websockets_open"], 2);
  EXPECT_EQ(found["wws_websockets_opened_total"], 3);
  EXPECT_EQ(found["wws_websocket_messages_total{direction=\"received\"}"], 1);
  EXPECT_EQ(found["wws_websocket_messages_total{direction=\"sent\"}"], 2);
  EXPECT_EQ(found["wws_limit_hits_total{limit=\"message\"}"], 1);
  EXPECT_EQ(found["wws_http_requests_total{code=\"1xx\"}"], 1);
  EXPECT_EQ(found["wws_http_requests_in_flight"], 0);
  EXPECT_EQ(found["wws_http_request_duration_seconds_count"], 0);
}

TEST_F(PrometheusTest, CountsBoundsRunsAndCaches) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  using TopLevel = observe::LoopMetrics::TopLevel;
  loop.ran(0, TopLevel::FromImage, 10us, 1);
  loop.ran(0, TopLevel::Replayed, 10us, 1);
  loop.ran(0, TopLevel::Replayed, 10us, 1);
  loop.hit(observe::EdgeLimit::SendRate);
  loop.accepted();
  loop.tls_resumed();
  for (int i = 0; i < 3; ++i) loop.coding_found();
  loop.coding_made();
  status_.figures = metrics.total();
  status_.loops.pool = {.leases = 9, .created = 2};
  auto found = samples();
  EXPECT_EQ(found["wws_limit_hits_total{limit=\"send_rate\"}"], 1);
  EXPECT_EQ(found["wws_limit_hits_total{limit=\"head\"}"], 0);
  EXPECT_EQ(found["wws_worker_runs_total{from=\"image\"}"], 1);
  EXPECT_EQ(found["wws_worker_runs_total{from=\"top_level_code\"}"], 2);
  EXPECT_EQ(found["wws_connections_accepted_total"], 1);
  EXPECT_EQ(found["wws_tls_sessions_resumed_total"], 1);
  EXPECT_EQ(found["wws_cache_hits_total{cache=\"instances\"}"], 7);
  EXPECT_EQ(found["wws_cache_misses_total{cache=\"instances\"}"], 2);
  EXPECT_EQ(found["wws_cache_hits_total{cache=\"codings\"}"], 3);
  EXPECT_EQ(found["wws_cache_misses_total{cache=\"codings\"}"], 1);
}

TEST_F(PrometheusTest, BucketsNeverFall) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  for (auto took = 1us; took < 60s; took *= 3) loop.ended(0, 200, took);
  status_.figures = metrics.total();
  std::istringstream lines(text());
  double before = 0;
  int buckets = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("wws_http_request_duration_seconds_bucket")) continue;
    const double count = std::stod(line.substr(line.rfind(' ')));
    EXPECT_GE(count, before) << line;
    before = count;
    ++buckets;
  }
  EXPECT_EQ(buckets, 22);
}

TEST_F(PrometheusTest, TellsTheStateOfWorkersLoopsAndProcess) {
  status_.workers = {.loaded = 1,
                     .unloaded = 2,
                     .broken = 3,
                     .replayed = 4,
                     .fresh = 5,
                     .image_pages = 6,
                     .image_bytes = 6000};
  status_.loops.connections = 7;
  status_.loops.background = 8;
  status_.loops.pool = {.leases = 9,
                        .created = 10,
                        .restored = 11,
                        .dropped = 12,
                        .running = 13,
                        .idle = 14,
                        .waiting = 15};
  status_.caches = {.entries = 17,
                    .bytes = 18,
                    .hits = 19,
                    .misses = 20,
                    .stored = 21,
                    .refused = 22,
                    .evicted = 23};
  status_.process = {.resident_bytes = 16, .cpu_seconds = 0.5};
  auto found = samples();
  EXPECT_EQ(found["wws_workers{state=\"loaded\"}"], 1);
  EXPECT_EQ(found["wws_workers{state=\"unloaded\"}"], 2);
  EXPECT_EQ(found["wws_workers{state=\"broken\"}"], 3);
  EXPECT_EQ(found["wws_workers_replayed"], 4);
  EXPECT_EQ(found["wws_workers_fresh"], 5);
  EXPECT_EQ(found["wws_worker_images_bytes"], 6000);
  EXPECT_EQ(found["wws_connections_open"], 7);
  EXPECT_EQ(found["wws_background_tasks"], 8);
  EXPECT_EQ(found["wws_instance_leases_total"], 9);
  EXPECT_EQ(found["wws_instances_created_total"], 10);
  EXPECT_EQ(found["wws_instances_restored_total"], 11);
  EXPECT_EQ(found["wws_instances_dropped_total"], 12);
  EXPECT_EQ(found["wws_instances{state=\"running\"}"], 13);
  EXPECT_EQ(found["wws_instances{state=\"idle\"}"], 14);
  EXPECT_EQ(found["wws_instance_requests_waiting"], 15);
  EXPECT_EQ(found["wws_cache_entries"], 17);
  EXPECT_EQ(found["wws_cache_bytes"], 18);
  EXPECT_EQ(found["wws_cache_lookups_total{result=\"hit\"}"], 19);
  EXPECT_EQ(found["wws_cache_lookups_total{result=\"miss\"}"], 20);
  EXPECT_EQ(found["wws_cache_puts_total{result=\"stored\"}"], 21);
  EXPECT_EQ(found["wws_cache_puts_total{result=\"refused\"}"], 22);
  EXPECT_EQ(found["wws_cache_evictions_total"], 23);
  EXPECT_EQ(found["process_resident_memory_bytes"], 16);
  EXPECT_DOUBLE_EQ(found["process_cpu_seconds_total"], 0.5);
  EXPECT_DOUBLE_EQ(found["process_start_time_seconds"], 1.5);
  EXPECT_EQ(found["wws_build_info{version=\"2.0.0\"}"], 1);
}

TEST_F(PrometheusTest, AWorkersNameCannotForgeALine) {
  const auto site = fake_site({"a.js"});
  fake_worker(site, 0).identity_.label = "x\"} 1\nforged{a=\"\\";
  const Directory directory(site);
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  loop.ended(0, 404, 250ms);
  loop.ran(0, observe::LoopMetrics::TopLevel::FromImage, 125ms, 65536);
  const WorkerView view{directory.entries()[0], {}, metrics.worker(0)};
  EXPECT_THAT(text({&view, 1}), Not(HasSubstr("\nforged")));
  auto found = samples({&view, 1});
  const std::string labels = R"(worker="x\"} 1\nforged{a=\"\\",route="/a")";
  EXPECT_EQ(found["wws_worker_requests_total{" + labels + ",code=\"4xx\"}"], 1);
  EXPECT_EQ(found.count("wws_worker_requests_total{" + labels + ",code=\"2xx\"}"), 0u);
  EXPECT_DOUBLE_EQ(found["wws_worker_request_seconds_total{" + labels + "}"], 0.25);
  EXPECT_DOUBLE_EQ(found["wws_worker_cpu_seconds_total{" + labels + "}"], 0.125);
  EXPECT_EQ(found["wws_worker_peak_memory_bytes{" + labels + "}"], 65536);
}

}  // namespace
}  // namespace wws::admin
