// Real guests, compiled from tests/guests, in the real runtime: WASI and the http import as C
// programs see them. Time is simulated: a wait moves the clock and ends in the loop's next round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fstream>
#include <iterator>

#include "abi/stdio_json/session.h"
#include "observe/log.h"
#include "wasm/runtime.h"

namespace wws::abi::stdio_json {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class JumpingTimers final : public wasi_p1::Timers {
 public:
  JumpingTimers(boost::asio::io_context& loop, io::ManualClock& clock)
      : loop_(loop), clock_(clock) {}
  std::unique_ptr<wasi_p1::Timer> start(std::chrono::nanoseconds after,
                                        std::shared_ptr<wasm::Waker> waker) override {
    auto timer = std::make_unique<Handle>();
    boost::asio::post(loop_, [this, after, waker, alive = std::weak_ptr<bool>(timer->alive)] {
      if (alive.expired()) return;
      clock_.advance(after);
      waker->wake();
    });
    return timer;
  }

 private:
  struct Handle final : wasi_p1::Timer {
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  };
  boost::asio::io_context& loop_;
  io::ManualClock& clock_;
};

// Answers every request with the same result, in the loop's next round; or never.
class FakeOutbound final : public OutboundHttp {
 public:
  explicit FakeOutbound(boost::asio::io_context& loop) : loop_(loop) {}
  std::unique_ptr<OutboundCall> start(OutboundRequest request,
                                      std::function<void(OutboundResult)> done) override {
    requests.push_back(std::move(request));
    auto call = std::make_unique<Handle>();
    boost::asio::post(loop_, [this, done, alive = std::weak_ptr<bool>(call->alive)] {
      if (!alive.expired()) done(result);
    });
    return call;
  }
  std::vector<OutboundRequest> requests;
  OutboundResult result =
      OutboundResponse{203, {{"x-first", "one"}, {"x-second", "two"}}, "from upstream"};

 private:
  struct Handle final : OutboundCall {
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  };
  boost::asio::io_context& loop_;
};

std::string read_guest(const std::string& name) {
  std::ifstream file(std::string(WWS_GUESTS) + "/" + name + ".wasm", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Task<void> drive(wasm::InstancePool& pool, std::shared_ptr<const wasm::Program> program,
                 Session& session, wasm::Limits limits, std::vector<std::string> calls,
                 std::optional<Error>& ended) {
  auto lease = co_await pool.acquire(program, program->base_image());
  if (!lease) {
    ended = lease.error();
    co_return;
  }
  (*lease)->set_user(session.as_user());
  (*lease)->set_limits(limits);
  for (const std::string& call : calls) {
    auto outcome = co_await (*lease)->call(call, {});
    if (outcome) continue;
    ended = std::move(outcome).error();
    co_return;
  }
}

class Guests : public testing::TestWithParam<wasm::RestoreMode> {
 protected:
  Guests() {
    wasm::RuntimeOptions options;
    options.restore = GetParam();
    options.check_every_restore = true;
    runtime_ = wasm::make_runtime(options, system_clock_, log_).value();
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
  }

  Result<JsonResponse> run(const std::string& guest, wasi_p1::WasiOptions options = {}) {
    const std::string bytes = read_guest(guest);
    auto program = runtime_->compile(as_bytes(bytes), host_functions());
    if (!program) return fail(program.error());
    EXPECT_TRUE((*program)->kept()) << (*program)->why_fresh();
    const auto calls =
        entry_points([&](std::string_view name) { return (*program)->has_export(name); });
    if (!calls) return fail(calls.error());
    lines_.clear();
    Session session(
        std::move(options), [this](std::string_view line) { lines_.emplace_back(line); }, clock_,
        random_, timers_, allow_http_ ? &outbound_ : nullptr);
    std::optional<Error> ended;
    boost::asio::co_spawn(loop_, drive(*pool_, *program, session, limits_, *calls, ended),
                          boost::asio::detached);
    loop_.restart();
    loop_.run();
    return session.finish(std::move(ended));
  }
  Result<JsonResponse> run_http(const std::string& mode, const std::string& guest = "http") {
    return run(guest, {.environment = {"MODE=" + mode}});
  }
  static std::string error_text(const Result<JsonResponse>& response) {
    return response ? "(answered)" : response.error().to_string();
  }

  io::SystemClock system_clock_;
  io::ManualClock clock_{std::chrono::seconds(1'700'000'000)};
  io::CountingRandom random_;
  observe::MemoryLog log_;
  boost::asio::io_context loop_;
  JumpingTimers timers_{loop_, clock_};
  FakeOutbound outbound_{loop_};
  bool allow_http_ = true;
  wasm::Limits limits_;
  std::vector<std::string> lines_;
  std::unique_ptr<wasm::Runtime> runtime_;
  std::unique_ptr<wasm::InstancePool> pool_;
};

INSTANTIATE_TEST_SUITE_P(Modes, Guests,
                         testing::Values(wasm::RestoreMode::Auto, wasm::RestoreMode::Fresh),
                         [](const auto& mode) {
                           return mode.param == wasm::RestoreMode::Auto ? "Kept" : "Fresh";
                         });

TEST_P(Guests, HelloAnswers) {
  const auto response = run("hello");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_THAT(response->headers, ElementsAre(Pair("content-type", "text/plain")));
  EXPECT_THAT(lines_, ElementsAre("served one"));
}

TEST_P(Guests, EchoSeesTheWholeRequest) {
  JsonRequest request{.url = "http://a/b?c", .method = "PUT", .body = std::string(300'000, 'b')};
  request.headers = {{"X", "ü"}};
  const std::string document = write_request(request);
  for (int round = 0; round < 3; ++round) {
    const auto response = run("echo", {.input = document});
    ASSERT_TRUE(response.has_value()) << response.error().to_string();
    EXPECT_EQ(response->body, document);
    EXPECT_THAT(response->headers, ElementsAre(Pair("content-type", "application/json")));
  }
}

TEST_P(Guests, CounterKeepsItsStateInKvAlone) {
  JsonRequest request;
  for (int count = 1; count < 4; ++count) {
    const auto response = run("counter", {.input = write_request(request)});
    ASSERT_TRUE(response.has_value()) << response.error().to_string();
    EXPECT_EQ(response->body, std::to_string(count));
    request.kv = response->kv;
  }
  EXPECT_EQ(run("counter", {.input = write_request({})})->body, "1");
}

TEST_P(Guests, ExitCodesMeanWhatTheySay) {
  const auto success = run("exit", {.environment = {"CODE=0"}});
  ASSERT_TRUE(success.has_value()) << success.error().to_string();
  EXPECT_EQ(success->body, "left");
  EXPECT_THAT(error_text(run("exit", {.environment = {"CODE=3"}})),
              HasSubstr("exited with code 3"));
  const auto trap = run("exit", {.environment = {"CODE=trap"}});
  ASSERT_FALSE(trap.has_value());
  EXPECT_EQ(trap.error().kind(), ErrorKind::GuestFault);
  EXPECT_EQ(run("exit", {.environment = {"CODE=0"}})->body, "left") << "after a trap";
}

TEST_P(Guests, AStrayPrintIsShown) {
  EXPECT_THAT(error_text(run("stray_print")), HasSubstr("begins with \"starting up\\n{"));
}

TEST_P(Guests, AFloodOfStdoutEndsTheRun) {
  const auto response = run("flood", {.environment = {"STREAM=1"}, .max_output = 1u << 20});
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind(), ErrorKind::Exhausted);
  EXPECT_THAT(response.error().to_string(), HasSubstr("more than 1048576 bytes to stdout"));
}

TEST_P(Guests, AFloodOfStderrIsDropped) {
  const auto response = run("flood", {.environment = {"STREAM=2"}});
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body, "flooded");
  EXPECT_LT(lines_.size(), 1000u);
  EXPECT_THAT(lines_.back(), HasSubstr("dropped"));
}

TEST_P(Guests, EnvSeesItsArgumentsAndVariables) {
  const auto response = run("env", {.arguments = {"worker"}, .environment = {"A=1", "B="}});
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body, "worker\nA=1\nB=\n");
  EXPECT_EQ(run("env")->body, "") << "nothing of the request before";
}

TEST_P(Guests, SleepSuspendsTheFiber) {
  const auto response = run("sleep", {.environment = {"MS=1500"}});
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body, "error 0, slept");
  EXPECT_EQ(clock_.monotonic(), std::chrono::milliseconds(1500));
}

TEST_P(Guests, SleepPastTheLimitEndsTheRun) {
  const auto response =
      run("sleep", {.environment = {"MS=60000"}, .max_wall = std::chrono::seconds(2)});
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().kind(), ErrorKind::TimedOut);
  EXPECT_LE(clock_.monotonic(), std::chrono::seconds(2));
}

TEST_P(Guests, AReactorWorksWhileItIsInitialised) {
  const auto response = run("reactor");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body, "reacted");
}

TEST_P(Guests, HttpReachesTheHostAndBack) {
  const auto response = run_http("right");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  ASSERT_EQ(outbound_.requests.size(), 1u);
  EXPECT_EQ(outbound_.requests[0].method, "POST");
  EXPECT_EQ(outbound_.requests[0].uri, "http://upstream.test/path?q=1");
  EXPECT_EQ(outbound_.requests[0].body, "sent");
  EXPECT_THAT(outbound_.requests[0].headers, ElementsAre(Pair("accept", "text/plain")));
  EXPECT_EQ(response->status, 203);
  EXPECT_EQ(response->body, "from upstream");
  EXPECT_THAT(response->headers, Contains(Pair("x-first", "one")));
  EXPECT_THAT(response->headers, Contains(Pair("x-count", "2")));
}

TEST_P(Guests, HttpIsCalledManyTimesInARunAndWithoutAnything) {
  const auto response = run_http("each-method");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body, "7 answered");
  std::vector<std::string> methods;
  for (const OutboundRequest& request : outbound_.requests) {
    methods.push_back(request.method);
    EXPECT_FALSE(request.body.has_value());
    EXPECT_TRUE(request.headers.empty());
  }
  EXPECT_THAT(methods, ElementsAre("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"));
}

TEST_P(Guests, HttpReadsTheRequestBeforeItWritesTheAnswer) {
  const auto response = run_http("area-over-headers");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  ASSERT_EQ(outbound_.requests.size(), 1u);
  EXPECT_THAT(outbound_.requests[0].headers, ElementsAre(Pair("accept", "text/plain")));
  EXPECT_EQ(response->body, "from upstream");
}

TEST_P(Guests, TheRequestDocumentPassesAStrictReader) {
  JsonRequest request{.url = "http://127.0.0.1:8080/p%20q?a=\"b\"",
                      .method = "PATCH",
                      .headers = {{"Host", "127.0.0.1:8080"}, {"X-Odd", "a\"\\\tü"}, {"HOST", "b"}},
                      .body = std::string("line\r\n\0\x7f ü \u2028 \U0001f680", 20),
                      .kv = {{"", ""}, {"k\n", "v"}},
                      .params = {{"id", "\x01"}}};
  for (const std::string& body :
       {std::string(), request.body, std::string(70'000, '"'), std::string("\xff\xfe\0", 3)}) {
    request.body = body;
    const auto response = run("strict_reader", {.input = write_request(request)});
    ASSERT_TRUE(response.has_value()) << response.error().to_string();
    EXPECT_EQ(response->body, "strict") << body.substr(0, 40);
  }
  EXPECT_NE(run("strict_reader", {.input = write_request({}) + "\n"})->body, "strict")
      << "the reader is strict";
}

TEST_P(Guests, HttpTakesAResponseThatGrowsTheMemory) {
  outbound_.result = OutboundResponse{200, {{"a", "b"}}, std::string(3u << 20, 'x')};
  const auto response = run_http("right");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->body.size(), 3u << 20);
}

TEST_P(Guests, HttpErrorsReachTheGuest) {
  outbound_.result = std::unexpected(OutboundError{OutboundErrorKind::Timeout, "took too long"});
  const auto response = run_http("right");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->status, 502);
  EXPECT_EQ(response->body, "took too long");
  EXPECT_THAT(response->headers, Contains(Pair("x-error", "5")));
}

TEST_P(Guests, HttpIsRefusedWithoutABinding) {
  allow_http_ = false;
  const auto response = run_http("right");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_THAT(response->body, HasSubstr("not allowed for this worker"));
  EXPECT_THAT(response->headers, Contains(Pair("x-error", "3")));
}

TEST_P(Guests, HttpInWrongWaysEndsTheRun) {
  for (const char* mode :
       {"bad-uri", "huge-uri", "huge-body", "bad-headers", "bad-header", "huge-header",
        "wrapping-headers", "bad-area", "odd-area", "area-at-end", "bad-method", "bad-option"}) {
    const auto response = run_http(mode);
    ASSERT_FALSE(response.has_value()) << mode;
    EXPECT_EQ(response.error().kind(), ErrorKind::GuestFault) << mode;
    EXPECT_THAT(error_text(response), HasSubstr("http.send-http-request: ")) << mode;
    EXPECT_TRUE(outbound_.requests.empty()) << mode;
  }
  const auto many = run_http("many-headers");
  ASSERT_TRUE(many.has_value()) << many.error().to_string();
  EXPECT_THAT(many->body, HasSubstr("4294967295 headers are too many"));
}

TEST_P(Guests, HttpWithABadAllocatorEndsTheRun) {
  limits_.cpu = std::chrono::milliseconds(200);
  EXPECT_THAT(error_text(run_http("realloc-null")), HasSubstr("allocator has no"));
  EXPECT_THAT(error_text(run_http("realloc-outside")), HasSubstr("outside the memory"));
  EXPECT_THAT(error_text(run_http("realloc-odd")), HasSubstr("not aligned"));
  for (const char* mode : {"realloc-trap", "realloc-endless"})
    EXPECT_FALSE(run_http(mode).has_value()) << mode;
  EXPECT_THAT(error_text(run_http("right", "http_no_realloc")),
              HasSubstr("does not export canonical_abi_realloc"));
  EXPECT_TRUE(run_http("right").has_value()) << "after all of them";
}

}  // namespace
}  // namespace wws::abi::stdio_json
