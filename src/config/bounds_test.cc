#include "config/bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Bounds, AreSetByName) {
  Bounds bounds;
  for (const auto& [name, value] : {std::pair{"connections", "5"},
                                    {"head_bytes", "8KiB"},
                                    {"head_time", "2s"},
                                    {"send_rate", "1KiB"},
                                    {"queue", "0"},
                                    {"stop_time", "0"}})
    EXPECT_TRUE(set_bound(bounds, name, value)) << name;
  EXPECT_EQ(bounds.connections, 5u);
  EXPECT_EQ(bounds.head_bytes, 8192u);
  EXPECT_EQ(bounds.head_time, 2s);
  EXPECT_EQ(bounds.send_rate, 1024u);
  EXPECT_EQ(bounds.queue, 0u);
  EXPECT_EQ(bounds.stop_time, 0s);
  EXPECT_EQ(bounds.idle_time, 60s);
}

TEST(Bounds, SayWhatIsWrong) {
  Bounds bounds;
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"conections", "1", "unknown bound, did you mean 'connections'?"},
      {"x", "1", "known are: connections, "},
      {"connections", "many", "must be a number from 0 to 4294967295"},
      {"connections", "1KiB", "must be a number"},
      {"connections", "4294967296", "must be a number"},
      {"connections", "", "must be a number"},
      {"streams_per_connection", "0", "must be a number from 1"},
      {"head_bytes", "8 apples", "must be bytes or a size"},
      {"head_time", "25h", "at most 24h; 0 for no bound"},
      {"rate_window", "0", "more than 0"},
      {"queue_time", "0s", "more than 0"},
      {"send_rate", "-1", "must be bytes a second"},
  };
  for (const auto& [name, value, what] : cases) {
    const auto set = set_bound(bounds, name, value);
    ASSERT_FALSE(set) << name;
    EXPECT_THAT(set.error().message(), HasSubstr(what));
  }
  EXPECT_EQ(bounds, Bounds());
}

TEST(Bounds, AreWrittenWithTheirValue) {
  const auto bound = parse_bound("queue_time=2s");
  ASSERT_TRUE(bound);
  EXPECT_EQ(bound->name, "queue_time");
  Bounds bounds;
  apply(bounds, {*bound, {"queue_time", "3s"}});
  EXPECT_EQ(bounds.queue_time, 3s);
  EXPECT_THAT(parse_bound("queue").error().message(), HasSubstr("write NAME=VALUE"));
  EXPECT_THAT(parse_bound("queue=x").error().message(), HasSubstr("'queue=x': must be a number"));
}

}  // namespace
}  // namespace wws::config
