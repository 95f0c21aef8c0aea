#include "http/client/name_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "http/client/fake_upstream.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr TimePoint kNoEnd = TimePoint::max();

// A system whose answers tests hold back: names that begin with "slow" wait for release(), those
// that begin with "bad" do not resolve, those with "sick" cannot be asked for.
class FakeSystem {
 public:
  ~FakeSystem() { release(); }

  Result<Addresses> look_up(const std::string& name) {
    std::unique_lock lock(mutex_);
    asked_.push_back(name);
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_ || !name.starts_with("slow"); });
    if (name.starts_with("bad")) return fail(ErrorKind::NotFound, name + " does not resolve");
    if (name.starts_with("sick")) return fail(ErrorKind::Exhausted, "no memory");
    return Addresses{"10.0.0.1"};
  }
  void release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  void await_asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> asked_;
  bool released_ = false;
};

using Found = Result<Addresses>;

class NameResolverTest : public ::testing::Test {
 protected:
  ~NameResolverTest() override { system_->release(); }

  void start(std::size_t threads, std::size_t max_queued = 256) {
    NameResolverOptions options;
    options.threads = threads;
    options.max_queued = max_queued;
    options.max_failures = 2;
    options.look_up = [system = system_](const std::string& name) { return system->look_up(name); };
    options.now = [this] { return now_; };
    resolver_ = std::make_unique<NameResolver>(std::move(options));
  }
  // Begins a wait; its answer when there is one.
  std::shared_ptr<std::optional<Found>> begin(const std::string& asker, const std::string& name,
                                              asio::cancellation_slot slot = {}) {
    auto answer = std::make_shared<std::optional<Found>>();
    NameResolver::Query query{name, asker};
    asio::co_spawn(loop_, resolver_->resolve(loop_.get_executor(), std::move(query), kNoEnd),
                   asio::bind_cancellation_slot(slot, [answer](std::exception_ptr, Found value) {
                     answer->emplace(std::move(value));
                   }));
    loop_.restart();
    loop_.poll();
    return answer;
  }
  Found resolve(const std::string& asker, const std::string& name, TimePoint until = kNoEnd) {
    NameResolver::Query query{name, asker};
    return await_on(loop_, resolver_->resolve(loop_.get_executor(), std::move(query), until));
  }
  void await(const std::shared_ptr<std::optional<Found>>& answer) {
    loop_.restart();
    while (!*answer) ASSERT_GT(loop_.run_one_for(std::chrono::seconds(20)), 0U);
  }
  std::ptrdiff_t times_asked(const std::string& name) const {
    const auto asked = system_->asked();
    return std::count(asked.begin(), asked.end(), name);
  }

  asio::io_context loop_;
  std::shared_ptr<FakeSystem> system_ = std::make_shared<FakeSystem>();
  TimePoint now_{};
  std::unique_ptr<NameResolver> resolver_;
};

TEST_F(NameResolverTest, ASlowNameOfOneAskerDoesNotHoldUpAnother) {
  start(2);
  const auto stuck = begin("a", "slow1");
  system_->await_asked(1);
  const auto behind = begin("a", "slow2");
  EXPECT_THAT(resolve("b", "good").value(), ElementsAre("10.0.0.1"));
  EXPECT_EQ(times_asked("slow2"), 0);
  system_->release();
  await(behind);
  EXPECT_TRUE(*stuck && **stuck);
}

TEST_F(NameResolverTest, AskersShareTheThreadsAndNeverTakeTheLast) {
  start(8);
  const auto ask_for_many = [&](const std::string& asker) {
    for (int i = 0; i < 9; ++i) begin(asker, "slow-" + asker + std::to_string(i));
  };
  ask_for_many("a");
  system_->await_asked(4);
  ask_for_many("b");
  system_->await_asked(6);
  ask_for_many("c");
  system_->await_asked(7);
  EXPECT_TRUE(resolve("d", "good"));
  const auto asked = system_->asked();
  EXPECT_EQ(std::ranges::count_if(asked, [](auto& name) { return name.starts_with("slow-a"); }), 4);
  EXPECT_EQ(std::ranges::count_if(asked, [](auto& name) { return name.starts_with("slow-b"); }), 2);
  EXPECT_EQ(std::ranges::count_if(asked, [](auto& name) { return name.starts_with("slow-c"); }), 1);
  EXPECT_EQ(asked.size(), 8U);
  system_->release();
}

TEST_F(NameResolverTest, QueuesTakeTurns) {
  start(1);
  const auto stuck = begin("x", "slow");
  system_->await_asked(1);
  std::shared_ptr<std::optional<Found>> last;
  for (const char* name : {"a1", "a2", "a3"}) last = begin("a", name);
  const auto other = begin("b", "b1");
  system_->release();
  await(last);
  await(other);
  EXPECT_THAT(system_->asked(), ElementsAre("slow", "a1", "b1", "a2", "a3"));
}

TEST_F(NameResolverTest, ANameIsLookedUpOnceForAllWhoWait) {
  start(4);
  const auto first = begin("a", "slow");
  system_->await_asked(1);
  const auto second = begin("a", "slow"), third = begin("b", "slow");
  system_->release();
  for (const auto& answer : {first, second, third}) {
    await(answer);
    EXPECT_THAT((*answer)->value(), ElementsAre("10.0.0.1"));
  }
  EXPECT_EQ(times_asked("slow"), 1);
}

TEST_F(NameResolverTest, ANameInAnothersQueueIsLookedUpForTheFirstWhoseTurnItIs) {
  start(2);
  const auto stuck = begin("a", "slow1");
  system_->await_asked(1);
  const auto behind = begin("a", "slow2"), last = begin("a", "good");
  EXPECT_TRUE(resolve("b", "good"));
  await(last);
  EXPECT_TRUE(**last);
  EXPECT_EQ(times_asked("good"), 1);
  EXPECT_FALSE(*stuck || *behind);
}

TEST_F(NameResolverTest, AQueueIsBounded) {
  start(1, 2);
  const auto stuck = begin("a", "slow");
  system_->await_asked(1);
  asio::cancellation_signal leave;
  const auto one = begin("a", "one", leave.slot()), two = begin("a", "two");
  const auto refused = resolve("a", "three");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Exhausted);
  EXPECT_THAT(refused.error().to_string(), HasSubstr("waits for 2 other names"));
  const auto joined = begin("a", "two"), others = begin("b", "three");
  EXPECT_FALSE(*joined || *others);
  leave.emit(asio::cancellation_type::terminal);
  await(one);
  EXPECT_EQ((**one).error().kind(), ErrorKind::Gone);
  const auto fits = begin("a", "four");
  system_->release();
  await(fits);
  EXPECT_TRUE(**fits);
  EXPECT_EQ(times_asked("one"), 0);  // nobody wants it any more
}

TEST_F(NameResolverTest, AWaitEndsInTimeAndSaysWhatItWaitedFor) {
  start(1);
  const auto stuck = begin("a", "slow");
  system_->await_asked(1);
  const auto soon = [] { return std::chrono::steady_clock::now() + milliseconds(1); };
  const auto begun = resolve("a", "slow", soon());
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind(), ErrorKind::TimedOut);
  EXPECT_THAT(begun.error().to_string(), HasSubstr("'slow': no answer in time"));
  const auto queued = resolve("a", "later", soon());
  ASSERT_FALSE(queued);
  EXPECT_EQ(queued.error().kind(), ErrorKind::TimedOut);
  EXPECT_THAT(queued.error().to_string(), HasSubstr("'later': other names of this worker"));
}

TEST_F(NameResolverTest, AFailureIsRememberedForAMoment) {
  start(2);
  for (int i = 0; i < 3; ++i) {
    const auto failed = resolve("a", "bad");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind(), ErrorKind::NotFound);
  }
  EXPECT_EQ(times_asked("bad"), 1);
  now_ += std::chrono::seconds(3);
  EXPECT_FALSE(resolve("a", "bad"));
  EXPECT_EQ(times_asked("bad"), 2);
  // Not more of them than max_failures, and not one that is this machine's.
  for (const char* name : {"bad1", "bad2", "bad2", "sick", "sick"})
    EXPECT_FALSE(resolve("a", name));
  EXPECT_EQ(times_asked("bad2"), 1);
  EXPECT_EQ(times_asked("sick"), 2);
}

TEST_F(NameResolverTest, TheEndDoesNotWaitForLookupsUnderWay) {
  start(4);
  const auto running = begin("a", "slow1");
  system_->await_asked(1);
  EXPECT_TRUE(resolve("b", "good"));  // a thread that has nothing to do
  resolver_.reset();
  await(running);
  EXPECT_EQ((**running).error().kind(), ErrorKind::Gone);
}

TEST_F(NameResolverTest, AnAnswerForALoopThatIsGoneIsDropped) {
  start(1);
  {
    asio::io_context gone;
    NameResolver::Query running{"slow", "a"}, queued{"good", "a"};
    for (auto& query : {running, queued})
      asio::co_spawn(gone, resolver_->resolve(gone.get_executor(), query, kNoEnd),
                     [](std::exception_ptr, Found) {});
    gone.poll();
    system_->await_asked(1);
  }
  system_->release();
  EXPECT_TRUE(resolve("a", "other"));
  EXPECT_EQ(times_asked("good"), 0);
}

TEST(LookUp, AsksTheSystem) {
  const auto found = look_up("localhost");
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_THAT(*found, Each(::testing::AnyOf("127.0.0.1", "::1")));
  const auto missing = look_up(std::string(300, 'x'));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(missing.error().to_string(), HasSubstr("does not resolve: "));
}

}  // namespace
}  // namespace wws::http
