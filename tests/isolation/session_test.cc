// What one request may do on the host's side, and that its bounds hold (abi/js/session.h).
#include "isolation/engine_test.h"

namespace wws {
namespace {

using http::MemoryExchange;

// Its client takes nothing before take().
class SlowExchange final : public http::Exchange {
 public:
  SlowExchange(const boost::asio::any_io_executor& loop, MemoryExchange::Request request)
      : inner_(std::move(request)), taken_(loop) {}

  void take() {
    takes_ = true;
    taken_.notify();
  }
  [[nodiscard]] const MemoryExchange& answer() const noexcept { return inner_; }

  Task<Result<std::string>> read() override { return inner_.read(); }
  std::optional<std::uint64_t> length() const noexcept override { return inner_.length(); }
  const http::RequestHead& request() const noexcept override { return inner_.request(); }
  std::optional<std::string_view> buffered_body() const noexcept override {
    return inner_.buffered_body();
  }
  void set_body_limit(std::uint64_t bytes) noexcept override { inner_.set_body_limit(bytes); }
  Task<Result<void>> respond(http::ResponseHead head, std::string body) override {
    return inner_.respond(std::move(head), std::move(body));
  }
  Task<Result<void>> start(http::ResponseHead head, std::optional<std::uint64_t> length) override {
    return inner_.start(std::move(head), length);
  }
  Task<Result<void>> write(std::string_view bytes) override {
    while (!takes_) co_await taken_.wait();
    co_return co_await inner_.write(bytes);
  }
  Task<Result<void>> finish() override { return inner_.finish(); }
  void abort() noexcept override { inner_.abort(); }
  bool started() const noexcept override { return inner_.started(); }
  int status() const noexcept override { return inner_.status(); }
  void on_gone(std::function<void()> callback) override { inner_.on_gone(std::move(callback)); }

 private:
  MemoryExchange inner_;
  io::Notifier taken_;
  bool takes_ = false;
};

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

TEST_P(SessionTest, WhatIsLeftOfAStreamedAnswerHoldsNoSandbox) {
  const auto session = worker("session.js");
  EXPECT_EQ(get(*session, "/stream-and-set/f"), "200 onetwo");
  SlowExchange exchange(loop_.get_executor(), {.target = "/stream-and-set/f"});
  bool done = false;
  boost::asio::co_spawn(loop_,
                        session->serve(*services_, exchange, "http://a/stream-and-set/f", {}),
                        [&](const std::exception_ptr&) { done = true; });
  loop_.restart();
  while (!exchange.started() || pool_->stats().running > 0)
    ASSERT_EQ(loop_.run_one_for(std::chrono::seconds(60)), 1u) << "the sandbox is held";
  EXPECT_FALSE(done);
  exchange.take();
  while (!done) loop_.run_one();
  EXPECT_EQ(exchange.answer().body(), "onetwo");
  EXPECT_TRUE(exchange.answer().finished());
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
