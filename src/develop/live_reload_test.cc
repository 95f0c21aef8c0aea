#include "develop/live_reload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "http/memory_exchange.h"

namespace wws::develop {
namespace {

using http::MemoryExchange;
using testing::HasSubstr;

class LiveReloadTest : public testing::Test {
 protected:
  void begin(MemoryExchange& exchange) {
    boost::asio::co_spawn(loop_, reload_.answer(exchange, loop_.get_executor()),
                          [this](std::exception_ptr error) {
                            EXPECT_FALSE(error);
                            ended_ = true;
                          });
    loop_.poll();
  }

  boost::asio::io_context loop_{1};
  LiveReload reload_{std::chrono::nanoseconds(0xab)};
  bool ended_ = false;
};

TEST_F(LiveReloadTest, TellsTheVersionAndEachChange) {
  MemoryExchange exchange({.target = "/_wws/dev"});
  begin(exchange);
  EXPECT_EQ(exchange.body(), "event: version\ndata: ab.0\n\n");
  EXPECT_EQ(exchange.head().headers.find("content-type"), "text/event-stream; charset=utf-8");
  reload_.changed();
  loop_.poll();
  EXPECT_THAT(exchange.body(), HasSubstr("data: ab.1\n\n"));
  EXPECT_EQ(reload_.version(), "ab.1");
  EXPECT_FALSE(ended_);
  reload_.close();
  loop_.poll();
  EXPECT_TRUE(ended_);
  EXPECT_TRUE(exchange.finished());
}

TEST_F(LiveReloadTest, AProblemIsOneLineWhateverItSays) {
  MemoryExchange exchange({.target = "/_wws/dev"});
  begin(exchange);
  reload_.problem("a\n\nevent: version\ndata: forged");
  loop_.poll();
  EXPECT_THAT(exchange.body(),
              HasSubstr("event: problem\ndata: a\\n\\nevent: version\\ndata: forged\n\n"));
  exchange.leave();
  loop_.poll();
  EXPECT_TRUE(ended_);
  reload_.problem("nobody listens");
}

TEST_F(LiveReloadTest, AStreamAfterTheEndEndsAtOnce) {
  reload_.close();
  MemoryExchange exchange({.target = "/_wws/dev"});
  begin(exchange);
  EXPECT_TRUE(ended_);
}

TEST_F(LiveReloadTest, ServesTheScriptAndOnlyToGet) {
  MemoryExchange script({.target = "/_wws/dev.js?v=1"});
  begin(script);
  EXPECT_THAT(script.body(), HasSubstr("EventSource"));
  MemoryExchange post({.method = "POST", .target = "/_wws/dev"});
  begin(post);
  EXPECT_EQ(post.head().status, 405);
  EXPECT_TRUE(LiveReload::is_for_us(script.request()));
  MemoryExchange other({.target = "/_wws/dev/x"});
  EXPECT_FALSE(LiveReload::is_for_us(other.request()));
}

}  // namespace
}  // namespace wws::develop
