// The promise, tested through the real engine: after any script the next request sees a sandbox
// that equals the worker's image byte for byte. The runtime compares the whole memory after every
// restore (check_every_restore) and gives up keeping instances at the first difference, which fails
// here.
#include <algorithm>
#include <sstream>

#include "isolation/engine_test.h"

namespace wws {
namespace {

namespace asio = boost::asio;
using http::MemoryExchange;
using Isolation = EngineTest;

constexpr char kDeeds[] =
    "globals prototypes deletes replaces big huge grows scatters strings deep nested generators "
    "promises finalizers maps symbols evals throws throwsOddly random sorts bigints buffers "
    "fragments "
    "freezes timers console listeners never";

std::vector<std::string> deeds() {
  std::istringstream words(kDeeds);
  return {std::istream_iterator<std::string>(words), {}};
}

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

// Without limits the test ends only because the client left.
TEST_P(Isolation, AClientThatLeavesEndsWhatItsRequestStarted) {
  config_.limits.cpu = {};
  config_.limits.wall = {};
  const auto waits = worker("waits.js");
  MemoryExchange exchange({.target = "/"});
  bool done = false;
  asio::co_spawn(loop_, waits->serve(*services_, exchange, "http://localhost/", {}),
                 [&](std::exception_ptr) { done = true; });
  asio::steady_timer leave(loop_, std::chrono::milliseconds(50));
  leave.async_wait([&](const boost::system::error_code&) { exchange.leave(); });
  loop_.restart();
  while (!done) loop_.run_one();
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
                         restore_mode_name);

}  // namespace
}  // namespace wws
