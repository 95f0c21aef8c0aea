// The promise, tested through the real engine: after any script the next request sees a sandbox that
// equals the worker's image byte for byte. The runtime compares the whole memory after every restore
// (check_every_restore) and gives up keeping instances at the first difference, which fails here.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>

#include "abi/js/guest_host.h"
#include "http/client/client.h"
#include "http/memory_exchange.h"
#include "worker/js_worker.h"

namespace wws {
namespace {

namespace asio = boost::asio;
using http::MemoryExchange;

constexpr char kDeeds[] =
    "globals prototypes deletes replaces big huge grows scatters strings deep nested generators "
    "promises finalizers maps symbols evals throws throwsOddly random sorts bigints buffers fragments "
    "freezes timers console listeners never";

std::vector<std::string> deeds() {
  std::istringstream words(kDeeds);
  return {std::istream_iterator<std::string>(words), {}};
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  return std::move(bytes).str();
}

class Isolation : public testing::TestWithParam<wasm::RestoreMode> {
 protected:
  Isolation() {
    wasm::RuntimeOptions options;
    options.restore = GetParam();
    options.check_every_restore = true;
    runtime_ = wasm::make_runtime(options, clock_, log_).value();
    bundle_ = read_file(WWS_ENGINE_BUNDLE);
    auto program = runtime_->load_bundle(as_bytes(bundle_), abi::js::host_functions());
    EXPECT_TRUE(program.has_value()) << program.error().to_string();
    js_ = std::make_unique<worker::JsRuntime>(*program);
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
    client_ = http::make_client(loop_, {}).value();
    fetcher_ = std::make_unique<bindings::Fetcher>(*client_);
    background_.emplace(loop_.get_executor());
    services_.emplace(abi::LoopServices{loop_.get_executor(), *pool_, *fetcher_, kv_, clock_,
                                        random_, log_, *background_});
    config_.limits.cpu = std::chrono::milliseconds(300);
    config_.limits.wall = std::chrono::milliseconds(2000);
  }

  std::unique_ptr<worker::JsWorker> worker(const std::string& file) {
    return std::make_unique<worker::JsWorker>(*js_, std::string(WWS_ISOLATION_FOLDER) + "/" + file,
                                              file, abi::WorkerIdentity{file, "/" + file, config_});
  }

  // Runs one request to its end.
  void ask(worker::Worker& worker, MemoryExchange& exchange) {
    bool done = false;
    asio::co_spawn(loop_, worker.serve(*services_, exchange, "http://localhost" + exchange.request().target, {}),
                   [&](std::exception_ptr error) {
                     EXPECT_EQ(error, nullptr);
                     done = true;
                   });
    loop_.restart();
    while (!done) loop_.run_one();
  }

  std::string get(worker::Worker& worker, const std::string& target) {
    MemoryExchange exchange({.target = target});
    ask(worker, exchange);
    return std::to_string(exchange.head().status) + " " + exchange.body();
  }

  // Whether the bytes are anywhere in the memory that the next lease of this pool gets.
  bool memory_holds(const std::string& bytes) {
    auto lease = pool_->try_acquire(js_->program(), js_->program()->base_image());
    EXPECT_TRUE(lease.has_value() && lease->has_value());
    const auto memory = (**lease)->memory();
    const auto view = as_text(*memory.view(0, memory.size()));
    return view.find(bytes) != std::string_view::npos;
  }

  io::SystemClock clock_;
  io::SystemRandom random_;
  observe::MemoryLog log_;
  asio::io_context loop_{1};
  std::string bundle_;
  std::unique_ptr<wasm::Runtime> runtime_;
  std::unique_ptr<worker::JsRuntime> js_;
  std::unique_ptr<wasm::InstancePool> pool_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<bindings::Fetcher> fetcher_;
  bindings::KvStore kv_;
  std::optional<io::TaskGroup> background_;
  std::optional<abi::LoopServices> services_;
  config::WorkerConfig config_;
};

TEST_P(Isolation, NoDeedIsSeenByTheNextRequest) {
  const auto hostile = worker("hostile.js");
  const std::string clean = get(*hostile, "/hello/none");
  ASSERT_TRUE(clean.starts_with("200 ")) << clean;
  for (int round = 0; round < 3; ++round)
    for (const auto& deed : deeds()) {
      get(*hostile, "/" + deed + "/secret" + deed);
      EXPECT_EQ(get(*hostile, "/hello/none"), clean) << "after " << deed;
    }
  EXPECT_EQ(runtime_->keeps_instances(), GetParam() == wasm::RestoreMode::Auto);
}

TEST_P(Isolation, ASecretIsNowhereInTheNextRequestsMemory) {
  const auto hostile = worker("hostile.js");
  const std::string secret = "s3cretThatNobodyElseWrites";
  for (const auto& deed : deeds()) {
    get(*hostile, "/" + deed + "/" + secret);
    EXPECT_FALSE(memory_holds(secret)) << "after " << deed;
  }
}

TEST_P(Isolation, AnAnswerThatNeverComesGetsNothingOfAnEarlierOne) {
  const auto hostile = worker("hostile.js");
  MemoryExchange first({.target = "/hello/alice"});
  ask(*hostile, first);
  EXPECT_EQ(first.head().headers.find("x-secret"), "alice");
  MemoryExchange second({.target = "/never/bob"});
  ask(*hostile, second);
  EXPECT_EQ(second.head().status, 500);
  EXPECT_FALSE(second.head().headers.contains("x-secret"));
  EXPECT_EQ(second.body().find("alice"), std::string::npos);
}

TEST_P(Isolation, AnEndlessLoopEndsAtItsLimitAndLeavesNothing) {
  const auto hostile = worker("hostile.js");
  const std::string clean = get(*hostile, "/hello/none");
  EXPECT_TRUE(get(*hostile, "/spin/secret").starts_with("504 "));
  EXPECT_EQ(get(*hostile, "/hello/none"), clean);
}

TEST_P(Isolation, RandomNumbersDifferBetweenRequests) {
  const auto random = worker("random.js");
  std::vector<std::string> seen;
  for (int i = 0; i < 20; ++i) seen.push_back(get(*random, "/"));
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << seen.front();
}

TEST_P(Isolation, TopLevelChanceMakesAWorkerReplayed) {
  const auto replayed = worker("replayed.js");
  const std::string first = get(*replayed, "/");
  EXPECT_TRUE(first.starts_with("200 ")) << first;
  EXPECT_NE(get(*replayed, "/"), first);
  EXPECT_TRUE(log_.contains("top-level code draws random numbers"));
}

TEST_P(Isolation, AClientThatLeavesEndsWhatItsRequestStarted) {
  const auto waits = worker("waits.js");
  MemoryExchange exchange({.target = "/"});
  bool done = false;
  asio::co_spawn(loop_, waits->serve(*services_, exchange, "http://localhost/", {}),
                 [&](std::exception_ptr) { done = true; });
  asio::steady_timer leave(loop_, std::chrono::milliseconds(50));
  leave.async_wait([&](const boost::system::error_code&) { exchange.leave(); });
  const auto began = std::chrono::steady_clock::now();
  loop_.restart();
  while (!done) loop_.run_one();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  EXPECT_FALSE(exchange.finished());
}

TEST_P(Isolation, WaitUntilGoesOnAfterTheAnswer) {
  config_.kv_namespace = "later";
  const auto later = worker("later.js");
  EXPECT_EQ(get(*later, "/write"), "200 accepted");
  loop_.restart();
  while (background_->running() > 0) loop_.run_one();
  EXPECT_EQ(get(*later, "/read"), "200 done");
}

INSTANTIATE_TEST_SUITE_P(BothWays, Isolation,
                         testing::Values(wasm::RestoreMode::Auto, wasm::RestoreMode::Fresh),
                         [](const auto& mode) {
                           return mode.param == wasm::RestoreMode::Auto ? "Kept" : "Fresh";
                         });

}  // namespace
}  // namespace wws
