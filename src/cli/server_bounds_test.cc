#include "cli/server_bounds.h"

#include <gtest/gtest.h>

#include "config/settings.h"

namespace wws::cli {
namespace {

using namespace std::chrono_literals;

TEST(ServerBounds, ReachTheConnections) {
  config::Bounds bounds;
  const std::tuple<const char*, const char*> values[] = {{"connections", "1"},
                                                         {"connections_per_address", "2"},
                                                         {"requests_per_connection", "3"},
                                                         {"head_bytes", "5"},
                                                         {"streams_per_connection", "4"},
                                                         {"head_fields", "6"},
                                                         {"head_time", "7"},
                                                         {"idle_time", "8"},
                                                         {"body_time", "9"},
                                                         {"write_time", "10"},
                                                         {"receive_rate", "11"},
                                                         {"send_rate", "12"},
                                                         {"rate_window", "13"}};
  for (const auto& [name, value] : values) ASSERT_TRUE(set_bound(bounds, name, value)) << name;
  const http::ConnectionLimits limits = connection_limits(bounds);
  EXPECT_EQ(limits.max_connections, 1u);
  EXPECT_EQ(limits.max_per_address, 2u);
  EXPECT_EQ(limits.max_requests, 3u);
  EXPECT_EQ(limits.max_streams, 4u);
  EXPECT_EQ(limits.max_head_bytes, 5u);
  EXPECT_EQ(limits.max_headers, 6u);
  EXPECT_EQ(limits.header_timeout, 7ms);
  EXPECT_EQ(limits.idle_timeout, 8ms);
  EXPECT_EQ(limits.body_timeout, 9ms);
  EXPECT_EQ(limits.write_timeout, 10ms);
  EXPECT_EQ(limits.receive_rate, 11u);
  EXPECT_EQ(limits.send_rate, 12u);
  EXPECT_EQ(limits.rate_window, 13ms);
}

TEST(ServerBounds, TheDefaultsOfBothAreTheSame) {
  const http::ConnectionLimits made = connection_limits({});
  const http::ConnectionLimits own;
  EXPECT_EQ(made.max_connections, own.max_connections);
  EXPECT_EQ(made.max_per_address, own.max_per_address);
  EXPECT_EQ(made.max_requests, own.max_requests);
  EXPECT_EQ(made.max_streams, own.max_streams);
  EXPECT_EQ(made.max_head_bytes, own.max_head_bytes);
  EXPECT_EQ(made.max_headers, own.max_headers);
  EXPECT_EQ(made.header_timeout, own.header_timeout);
  EXPECT_EQ(made.idle_timeout, own.idle_timeout);
  EXPECT_EQ(made.body_timeout, own.body_timeout);
  EXPECT_EQ(made.write_timeout, own.write_timeout);
  EXPECT_EQ(made.receive_rate, own.receive_rate);
  EXPECT_EQ(made.send_rate, own.send_rate);
  EXPECT_EQ(made.rate_window, own.rate_window);
}

TEST(ServerBounds, ALoopHasItsShare) {
  config::Bounds bounds;
  bounds.instances = 10;
  bounds.queue = 5;
  bounds.queue_time = 2s;
  const auto pool = pool_options(bounds, 4);
  ASSERT_TRUE(pool);
  EXPECT_EQ(pool->max_instances, 3u);
  EXPECT_EQ(pool->max_waiting, 2u);
  EXPECT_EQ(pool->max_wait, 2s);
  bounds.queue = 0;
  EXPECT_EQ(pool_options(bounds, 4)->max_waiting, 0u);
  bounds.instances = 0;
  EXPECT_EQ(pool_options(bounds, 1)->max_instances, 1024u);
  bounds.instances = 5000;
  EXPECT_EQ(pool_options(bounds, 4).error().kind(), ErrorKind::Invalid);
}

TEST(ServerBounds, AllLoopsTogetherHaveNoMoreInstancesThanFit) {
  for (const std::uint64_t asked : {0u, 4096u})
    for (const unsigned loops : {1u, 3u, 64u, 65u, 100u, 256u, config::kMostThreads}) {
      config::Bounds bounds;
      bounds.instances = asked;
      const auto pool = pool_options(bounds, loops);
      ASSERT_TRUE(pool);
      EXPECT_LE(std::uint64_t{pool->max_instances} * loops, 4096u) << loops;
      EXPECT_GE(pool->max_instances, 1u) << loops;
    }
}

TEST(ServerBounds, OneWorkerHasNoMoreThanThreeQuartersOfALoopAndAtLeastOne) {
  config::Bounds bounds;
  for (const auto& [instances, of_one_worker] :
       {std::pair{1u, 1u}, {2u, 1u}, {3u, 2u}, {4u, 3u}, {8u, 6u}, {1024u, 768u}}) {
    bounds.instances = instances;
    EXPECT_EQ(pool_options(bounds, 1)->max_per_image, of_one_worker) << instances;
  }
}

TEST(ServerBounds, EachLoopHasAnInstance) {
  config::Bounds bounds;
  bounds.instances = 1;
  const auto pool = pool_options(bounds, 8);
  EXPECT_EQ(pool->max_instances, 1u);
  EXPECT_EQ(pool->max_per_image, 1u);
}

}  // namespace
}  // namespace wws::cli
