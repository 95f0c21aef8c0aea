// What one request may do on the host's side, and that its bounds hold (abi/js/session.h).
#include "isolation/engine_test.h"

namespace wws {
namespace {

using http::MemoryExchange;

class SessionTest : public EngineTest {
 protected:
  // What ends a request here is the bound that the test is about, however slow the machine is.
  SessionTest() {
    config_.kv_namespace = "session";
    config_.limits.cpu = {};
    config_.limits.wall = {};
  }

  std::string stored(const std::string& key) {
    const auto reader = worker("session.js");
    return get(*reader, "/get/" + key);
  }
};

TEST_P(SessionTest, WhatAnAnsweredRequestStoredIsThere) {
  const auto session = worker("session.js");
  EXPECT_EQ(get(*session, "/set/a"), "200 stored");
  EXPECT_EQ(stored("a"), "200 a");
}

TEST_P(SessionTest, ARequestThatFailsAfterStoringStoresNothing) {
  const auto session = worker("session.js");
  EXPECT_TRUE(get(*session, "/set-then-throw/b").starts_with("500 "));
  EXPECT_EQ(stored("b"), "200 undefined");
}

TEST_P(SessionTest, AnAnswerOverItsLimitIsAFailureAndStoresNothing) {
  config_.limits.response_bytes = 1024;
  const auto session = worker("session.js");
  EXPECT_TRUE(get(*session, "/set-then-large/c").starts_with("500 "));
  EXPECT_EQ(stored("c"), "200 undefined");
}

TEST_P(SessionTest, WhatAStreamedAnswerStoresOnItsWayIsThere) {
  const auto session = worker("session.js");
  EXPECT_EQ(get(*session, "/stream-and-set/d"), "200 onetwo");
  EXPECT_EQ(stored("d"), "200 d");
}

TEST_P(SessionTest, AStreamedAnswerCostsNoSandbox) {
  if (GetParam() == wasm::RestoreMode::Fresh) GTEST_SKIP() << "none is kept";
  const auto session = worker("session.js");
  EXPECT_EQ(get(*session, "/stream-and-set/e"), "200 onetwo");
  const auto before = pool_->stats();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(*session, "/stream-and-set/e"), "200 onetwo");
  EXPECT_EQ(pool_->stats().dropped, before.dropped);
  EXPECT_EQ(pool_->stats().restored, before.restored + 3);
}

TEST_P(SessionTest, AStreamedAnswerOverItsLimitIsCut) {
  config_.limits.response_bytes = 1024;
  const auto session = worker("session.js");
  MemoryExchange exchange({.target = "/stream-for-ever"});
  ask(*session, exchange);
  EXPECT_TRUE(exchange.aborted());
  EXPECT_FALSE(exchange.finished());
  EXPECT_LE(exchange.body().size(), 1024u);
  EXPECT_TRUE(log_.contains("over the limit of 1024 bytes"));
}

TEST_P(SessionTest, ABodyOverItsLimitIsAnsweredWith413HoweverItComes) {
  config_.limits.request_bytes = 1000;
  const auto session = worker("session.js");
  MemoryExchange whole({.method = "POST", .target = "/length", .body = std::string(2000, 'x')});
  ask(*session, whole);
  EXPECT_EQ(whole.head().status, 413);
  MemoryExchange pieces({.method = "POST",
                         .target = "/length",
                         .chunks = std::vector<std::string>(20, std::string(100, 'x'))});
  ask(*session, pieces);
  EXPECT_EQ(pieces.head().status, 413);
}

TEST_P(SessionTest, AStreamedBodyArrivesWhole) {
  const auto session = worker("session.js");
  MemoryExchange pieces({.method = "POST",
                         .target = "/length",
                         .chunks = std::vector<std::string>(20, std::string(1000, 'x'))});
  ask(*session, pieces);
  EXPECT_EQ(pieces.body(), "20000");
}

TEST_P(SessionTest, ARequestCannotFloodTheLog) {
  const auto session = worker("session.js");
  EXPECT_EQ(get(*session, "/flood"), "200 done");
  std::size_t bytes = 0;
  for (const auto& record : log_.records()) {
    bytes += record.text.size();
    for (const auto& [name, value] : record.fields) bytes += value.size();
  }
  EXPECT_LT(bytes, 600u * 1024);
  EXPECT_TRUE(log_.contains("logs too much"));
}

TEST_P(SessionTest, TooManyTimersEndTheRequestAndTheLogSaysWhy) {
  const auto session = worker("session.js");
  const std::string answer = get(*session, "/timers");
  EXPECT_TRUE(answer.starts_with("500 ")) << answer;
  EXPECT_TRUE(log_.contains("more than 10000 timers"));
}

TEST_P(SessionTest, AHandlerThatWaitsTooLongIsAnsweredAtItsWallLimit) {
  config_.limits.wall = std::chrono::milliseconds(50);
  const auto session = worker("session.js");
  EXPECT_TRUE(get(*session, "/wait").starts_with("504 "));
}

TEST_P(SessionTest, AnIllegalHeaderIsTheWorkersFailure) {
  const auto session = worker("session.js");
  EXPECT_TRUE(get(*session, "/status-999").starts_with("500 "));
}

INSTANTIATE_TEST_SUITE_P(BothWays, SessionTest,
                         testing::Values(wasm::RestoreMode::Auto, wasm::RestoreMode::Fresh),
                         restore_mode_name);

}  // namespace
}  // namespace wws
