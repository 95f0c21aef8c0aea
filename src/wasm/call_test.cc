// Calls: values, limits, yielding, cancelling, host functions that answer, wait, fail and call
// back.
#include <gmock/gmock.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

namespace asio = boost::asio;
using test::f64;
using test::Harness;
using test::i32;
using test::i64;
using test::kScribbler;
using testing::HasSubstr;

// What the host functions below find as the user's object.
struct Host {
  int calls = 0;
  std::shared_ptr<Waker> waker;
  int operations = 0;
  Result<Value> nested = Value{};
  int nested_begun = 0;
  std::string nested_export = "double";
  Lease* lease = nullptr;
};

Host& host(HostContext& context) { return *static_cast<Host*>(context.user()); }

HostResult add(HostContext& context, std::span<Value> values) {
  ++host(context).calls;
  values[0].i32 += values[1].i32;
  return std::nullopt;
}
HostResult mix(HostContext&, std::span<Value> values) {
  const double sum =
      static_cast<double>(values[0].i64) + static_cast<double>(values[1].f32) + values[2].f64;
  values[0].f64 = sum;
  return std::nullopt;
}
HostResult refuse(HostContext&, std::span<Value>) { return Error(ErrorKind::Denied, "not today"); }
HostResult call_back(HostContext& context, std::span<Value> values) {
  const Value argument = values[0];
  ++host(context).nested_begun;
  host(context).nested = context.call_guest(host(context).nested_export, {&argument, 1});
  if (!host(context).nested) return host(context).nested.error();
  values[0] = *host(context).nested;
  return std::nullopt;
}

class Sleep final : public Operation {
 public:
  Sleep(Host& owner, std::int32_t value) : owner_(owner), value_(value) { ++owner_.operations; }
  ~Sleep() override { --owner_.operations; }
  HostResult complete(HostContext& context, std::span<Value> results) override {
    if (value_ < 0) return Error(ErrorKind::TimedOut, "the upstream is silent");
    const Value argument = i32(value_);
    auto doubled = context.call_guest("double", {&argument, 1});
    if (!doubled) return doubled.error();
    results[0] = *doubled;
    return std::nullopt;
  }

 private:
  Host& owner_;
  std::int32_t value_;
};
Result<std::unique_ptr<Operation>> sleep_then(HostContext& context,
                                              std::span<const Value> arguments,
                                              std::shared_ptr<Waker> waker) {
  if (arguments[0].i32 == 1000) return fail(ErrorKind::Denied, "too long");
  host(context).waker = std::move(waker);
  return std::make_unique<Sleep>(host(context), arguments[0].i32);
}

HostResult cancel_self(HostContext& context, std::span<Value>) {
  host(context).lease->cancel(Error(ErrorKind::Gone, "the host changed its mind"));
  return std::nullopt;
}

const HostFunctions kImports = {
    {"env", "add", "ii:i", add},         {"env", "mix", "IfF:F", mix},
    {"env", "refuse", ":", refuse},      {"env", "call_back", "i:i", call_back},
    {"env", "cancel", ":", cancel_self}, {"env", "sleep", "i:i", nullptr, sleep_then}};

constexpr const char* kCaller = R"((module
  (import "env" "add" (func $add (param i32 i32) (result i32)))
  (import "env" "mix" (func $mix (param i64 f32 f64) (result f64)))
  (import "env" "refuse" (func $refuse))
  (import "env" "call_back" (func $call_back (param i32) (result i32)))
  (import "env" "sleep" (func $sleep (param i32) (result i32)))
  (import "env" "cancel" (func $cancel))
  (memory (export "memory") 1)
  (func (export "cancel") (call $cancel))
  (func (export "add") (param i32 i32) (result i32) (call $add (local.get 0) (local.get 1)))
  (func (export "mix") (param i64 f32 f64) (result f64)
    (call $mix (local.get 0) (local.get 1) (local.get 2)))
  (func (export "refuse") (call $refuse) (i32.store (i32.const 0) (i32.const 1)))
  (func (export "call_back") (param i32) (result i32) (call $call_back (local.get 0)))
  (func (export "sleep") (param i32) (result i32) (call $sleep (local.get 0)))
  (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "trap") (param i32) (result i32) unreachable)
  (func (export "spin") (param i32) (result i32) (loop $again (br $again)) unreachable)
  (func (export "back_again") (param i32) (result i32) (call $call_back (local.get 0)))
  (func (export "sleep_inside") (param i32) (result i32) (call $sleep (local.get 0)))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (call $call_back (i32.const 1)))
      (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))))
  (func $endless (export "endless") (param i32) (result i32)
    (i32.add (call $endless (local.get 0)) (i32.const 1)))
))";

class CallTest : public testing::TestWithParam<RestoreMode> {
 protected:
  explicit CallTest(std::chrono::milliseconds slice = RuntimeOptions{}.slice)
      : harness_{GetParam(), {}, slice} {}

  Harness harness_;
  Host host_;
  std::unique_ptr<Lease> lease_of(const char* text, const HostFunctions& imports) {
    auto lease = harness_.lease(harness_.program(text, imports));
    lease->set_user(&host_);
    return lease;
  }
  std::unique_ptr<Lease> caller() { return lease_of(kCaller, kImports); }
};
// The first slice lasts until the guest waits, also on a machine that is busy with other things.
class OperationTest : public CallTest {
 protected:
  OperationTest() : CallTest(std::chrono::seconds(60)) {}
};

constexpr auto kName = [](const auto& mode) {
  return std::string(mode.param == RestoreMode::Auto ? "Kept" : "Fresh");
};
INSTANTIATE_TEST_SUITE_P(Modes, CallTest, testing::Values(RestoreMode::Auto, RestoreMode::Fresh),
                         kName);
INSTANTIATE_TEST_SUITE_P(Modes, OperationTest,
                         testing::Values(RestoreMode::Auto, RestoreMode::Fresh), kName);

TEST_P(CallTest, HostFunctionsTakeAndReturnEveryKindOfNumber) {
  auto lease = caller();
  EXPECT_EQ(harness_.call(*lease, "add", {i32(-5), i32(3)})->i32, -2);
  EXPECT_EQ(host_.calls, 1);
  Value single;
  single.f32 = 0.5F;
  EXPECT_EQ(harness_.call(*lease, "mix", {i64(-3), single, f64(0.25)})->f64, -2.25);
}

TEST_P(CallTest, TheErrorOfAHostFunctionReachesTheCallerAsItIs) {
  auto lease = caller();
  const auto result = harness_.call(*lease, "refuse");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::Denied);
  EXPECT_EQ(result.error().message(), "not today");
  EXPECT_EQ(lease->memory().load<std::int32_t>(0), 0);
}

TEST_P(CallTest, UnknownFunctionsAndWrongCountsAreNamed) {
  auto lease = caller();
  const auto missing = harness_.call(*lease, "nope");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("'nope'"));
  const auto wrong = harness_.call(*lease, "add", {i32(1)});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message(), HasSubstr("takes 2 arguments, not 1"));
  EXPECT_EQ(harness_.call(*lease, "add", {i32(1), i32(1)})->i32, 2);
}

TEST_P(CallTest, AHostFunctionCallsTheGuestBack) {
  auto lease = caller();
  EXPECT_EQ(harness_.call(*lease, "call_back", {i32(21)})->i32, 42);
}

TEST_P(CallTest, FromDeepDownTheStackAsWell) {
  auto lease = caller();
  EXPECT_EQ(harness_.call(*lease, "deep", {i32(20'000)})->i32, 20'002);
  host_.nested_export = "endless";
  const auto result = harness_.call(*lease, "deep", {i32(20'000)});
  ASSERT_FALSE(result.has_value());
  EXPECT_THAT(result.error().message(), HasSubstr("call stack exhausted"));
}

TEST_P(CallTest, ACallBackDoesNotNest) {
  host_.nested_export = "back_again";
  auto lease = caller();
  const auto result = harness_.call(*lease, "call_back", {i32(1)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::GuestFault);
  EXPECT_THAT(result.error().message(), HasSubstr("already"));
}

TEST_P(CallTest, ACallBackMayNotWait) {
  host_.nested_export = "sleep_inside";
  auto lease = caller();
  const auto result = harness_.call(*lease, "call_back", {i32(1)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::GuestFault);
  EXPECT_EQ(host_.operations, 0);
}

TEST_P(CallTest, ACallBackThatTrapsOrIsMissingFails) {
  for (const char* name : {"trap", "missing"}) {
    host_.nested_export = name;
    auto lease = caller();
    ASSERT_FALSE(harness_.call(*lease, "call_back", {i32(1)}).has_value());
    EXPECT_EQ(host_.nested.error().kind(),
              name == std::string_view("trap") ? ErrorKind::GuestFault : ErrorKind::NotFound);
  }
}

TEST_P(CallTest, ACallBackIsBoundByTheCpuLimit) {
  host_.nested_export = "spin";
  auto lease = caller();
  lease->set_limits({.cpu = std::chrono::milliseconds(20)});
  const auto result = harness_.call(*lease, "call_back", {i32(1)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::TimedOut);
}

TEST_P(CallTest, ACallBackThatSpinsYieldsToTheLoopAndCanBeCancelled) {
  host_.nested_export = "spin";
  std::unique_ptr<Lease> lease;
  const Value argument[] = {i32(1)};
  // On a busy machine a slice may end before the call back begins.
  while (host_.nested_begun == 0) {
    lease = caller();
    lease->set_limits({.cpu = std::chrono::seconds(10)});
    ASSERT_FALSE(lease->try_call("call_back", argument).has_value()) << "it kept the loop";
    lease->cancel(Error(ErrorKind::Gone, "the client left"));
  }
  std::optional<Result<Value>> result;
  asio::co_spawn(
      harness_.loop,
      [](Lease& running, std::optional<Result<Value>>& out) -> Task<void> {
        out = co_await running.resume();
      }(*lease, result),
      asio::detached);
  harness_.loop.run();
  ASSERT_TRUE(result && !result->has_value());
  EXPECT_EQ(result->error().kind(), ErrorKind::Gone);
  ASSERT_FALSE(host_.nested.has_value());
  EXPECT_EQ(host_.nested.error().kind(), ErrorKind::Gone);
}

TEST_P(OperationTest, AnOperationSuspendsTheGuestUntilItWakes) {
  auto lease = caller();
  const Value argument[] = {i32(21)};
  EXPECT_FALSE(lease->try_call("sleep", argument).has_value());
  EXPECT_EQ(host_.operations, 1);
  std::optional<Result<Value>> result;
  asio::co_spawn(
      harness_.loop,
      [](Lease& running, std::optional<Result<Value>>& out) -> Task<void> {
        out = co_await running.resume();
      }(*lease, result),
      asio::detached);
  harness_.loop.poll();
  EXPECT_FALSE(result.has_value());
  host_.waker->wake();
  harness_.loop.restart();
  harness_.loop.run();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ((*result)->i32, 42);
  EXPECT_EQ(host_.operations, 0);
  EXPECT_EQ(harness_.call(*lease, "double", {i32(4)})->i32, 8);
}

TEST_P(OperationTest, AnOperationThatWasWokenBeforeAnybodyWaitsGoesOn) {
  auto lease = caller();
  const Value argument[] = {i32(4)};
  EXPECT_FALSE(lease->try_call("sleep", argument).has_value());
  host_.waker->wake();
  std::optional<Result<Value>> result;
  asio::co_spawn(
      harness_.loop,
      [](Lease& running, std::optional<Result<Value>>& out) -> Task<void> {
        out = co_await running.resume();
      }(*lease, result),
      asio::detached);
  harness_.loop.run();
  EXPECT_EQ((*result)->i32, 8);
}

TEST_P(OperationTest, AnOperationsErrorReachesTheCaller) {
  for (const int value : {-1, 1000}) {
    auto lease = caller();
    const Value argument[] = {i32(value)};
    auto result = lease->try_call("sleep", argument);
    if (!result) {
      host_.waker->wake();
      asio::co_spawn(
          harness_.loop,
          [](Lease& running, std::optional<Result<Value>>& out) -> Task<void> {
            out = co_await running.resume();
          }(*lease, result),
          asio::detached);
      harness_.loop.restart();
      harness_.loop.run();
    }
    ASSERT_FALSE(result->has_value());
    EXPECT_EQ(result->error().kind(), value < 0 ? ErrorKind::TimedOut : ErrorKind::Denied);
    EXPECT_EQ(host_.operations, 0);
  }
}

TEST_P(OperationTest, AWakerMayOutliveItsGuest) {
  {
    auto lease = caller();
    const Value argument[] = {i32(1)};
    EXPECT_FALSE(lease->try_call("sleep", argument).has_value());
  }
  EXPECT_EQ(host_.operations, 0);
  host_.waker->wake();
}

TEST_P(OperationTest, CancellingASuspendedCallGivesItsReason) {
  auto lease = caller();
  const Value argument[] = {i32(1)};
  EXPECT_FALSE(lease->try_call("sleep", argument).has_value());
  std::optional<Result<Value>> result;
  asio::co_spawn(
      harness_.loop,
      [](Lease& running, std::optional<Result<Value>>& out) -> Task<void> {
        out = co_await running.resume();
      }(*lease, result),
      asio::detached);
  harness_.loop.poll();
  lease->cancel(Error(ErrorKind::Gone, "the client left"));
  harness_.loop.restart();
  harness_.loop.run();
  ASSERT_FALSE(result->has_value());
  EXPECT_EQ(result->error().message(), "the client left");
  EXPECT_EQ(host_.operations, 0);
  lease.reset();
  EXPECT_EQ(harness_.pool->stats().dropped, 1U);
}

TEST_P(CallTest, CancellingARunningCallGivesItsReason) {
  auto lease = lease_of(kScribbler, {});
  lease->set_limits({.cpu = std::chrono::nanoseconds(0)});
  asio::post(harness_.loop, [&lease] { lease->cancel(Error(ErrorKind::Gone, "the client left")); });
  const auto result = harness_.call(*lease, "spin");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::Gone);
  const auto next = harness_.call(*lease, "nothing");
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().kind(), ErrorKind::Gone);
}

TEST_P(CallTest, AHostFunctionMayCancelItsCaller) {
  auto lease = caller();
  host_.lease = lease.get();
  const auto result = harness_.call(*lease, "cancel");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message(), "the host changed its mind");
}

TEST_P(CallTest, AMemoryThatStartsPastTheLimitIsRefused) {
  auto lease = lease_of(kScribbler, {});
  lease->set_limits({.memory_bytes = 1u << 20});
  const auto result = harness_.call(*lease, "size");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::Invalid);
}

TEST_P(CallTest, AnEndlessLoopIsStoppedWhileTheLoopServesOthers) {
  auto lease = lease_of(kScribbler, {});
  lease->set_limits({.cpu = std::chrono::milliseconds(50)});
  std::optional<Result<Value>> result;
  int turns = 0;
  asio::co_spawn(harness_.loop, Harness::call_into(*lease, "spin", {}, result), asio::detached);
  asio::co_spawn(
      harness_.loop,
      [](int& count, const std::optional<Result<Value>>& done) -> Task<void> {
        for (; !done; ++count) co_await asio::post(asio::use_awaitable);
      }(turns, result),
      asio::detached);
  harness_.loop.run();
  ASSERT_FALSE(result->has_value());
  EXPECT_EQ(result->error().kind(), ErrorKind::TimedOut);
  EXPECT_THAT(result->error().message(), HasSubstr("50 ms"));
  EXPECT_GE(turns, 5);
  EXPECT_GE(lease->cpu_used(), std::chrono::milliseconds(50));
  EXPECT_LT(lease->cpu_used(), std::chrono::seconds(1));
}

TEST_P(CallTest, ALongCallThatYieldsEndsWithItsResult) {
  auto lease = lease_of(kScribbler, {});
  ASSERT_TRUE(harness_.call(*lease, "spin_for", {i64(20'000'000)}).has_value());
  EXPECT_GT(lease->cpu_used(), std::chrono::nanoseconds(0));
  EXPECT_EQ(harness_.call(*lease, "size")->i32, 32);
}

TEST_P(CallTest, MemoryPastTheLimitIsRefusedAndNamedWhenATrapFollows) {
  constexpr const char* kGrower = R"((module (memory (export "memory") 16)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "need") (param i32)
      (if (i32.eq (memory.grow (local.get 0)) (i32.const -1)) (then unreachable)))))";
  auto lease = lease_of(kGrower, {});
  lease->set_limits({.memory_bytes = 2u << 20});
  EXPECT_EQ(harness_.call(*lease, "grow", {i32(16)})->i32, 16);
  EXPECT_EQ(harness_.call(*lease, "grow", {i32(1)})->i32, -1);
  const auto result = harness_.call(*lease, "need", {i32(1)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::Exhausted);
  EXPECT_THAT(result.error().message(), HasSubstr("2097152 bytes"));
}

TEST_P(CallTest, AnExceptionThatNobodyCatchesSaysSoFirstAndThenWhere) {
  auto lease = lease_of(R"((module (memory (export "memory") 1) (tag $oops (param i32))
    (func $thrower (throw $oops (i32.const 1)))
    (func (export "throw") (call $thrower))))",
                        {});
  const auto result = harness_.call(*lease, "throw");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::GuestFault);
  EXPECT_THAT(result.error().message(), testing::StartsWith("uncaught exception: "));
  EXPECT_THAT(result.error().message(), HasSubstr("thrower"));
}

TEST_P(CallTest, LimitsAndUserOfOneLeaseAreNotThoseOfTheNext) {
  const auto program = harness_.program(kCaller, kImports);
  {
    auto lease = harness_.lease(program);
    lease->set_user(&host_);
    lease->set_limits({.cpu = std::chrono::nanoseconds(1), .memory_bytes = 131072});
    ASSERT_TRUE(harness_.call(*lease, "double", {i32(1)}));
  }
  auto lease = harness_.lease(program);
  EXPECT_EQ(lease->cpu_used(), std::chrono::nanoseconds(0));
  ASSERT_TRUE(lease->snapshot().has_value());
  EXPECT_EQ(harness_.call(*lease, "double", {i32(1)})->i32, 2);
}

TEST_P(CallTest, StartFunctionsOfUnprovenModulesAreBounded) {
  auto program =
      harness_.program(R"((module (func $spin (loop $again (br $again))) (start $spin)))");
  const auto lease = harness_.pool->try_acquire(program, program->base_image());
  ASSERT_FALSE(lease->has_value());
  EXPECT_EQ(lease->error().kind(), ErrorKind::TimedOut);
}

TEST_P(CallTest, StartFunctionsOfUnprovenModulesDoNotGrowWithoutEnd) {
  auto program = harness_.program(R"((module (memory (export "memory") 1)
    (func $grow (if (i32.ne (memory.grow (i32.const 4096)) (i32.const -1)) (then unreachable)))
    (start $grow) (func (export "size") (result i32) (memory.size))))");
  EXPECT_EQ(harness_.call(*harness_.lease(program), "size")->i32, 1);
}

TEST_P(CallTest, AProgramTellsTheMemoryThatItStartsWith) {
  const auto kept = harness_.program(R"((module (memory (export "memory") 3)))");
  EXPECT_EQ(kept->memory_bytes(), 3u * 65536);
  const auto fresh =
      harness_.program(R"((module (memory (export "memory") 4096) (func $f) (start $f)))");
  EXPECT_EQ(fresh->memory_bytes(), 4096u * 65536);
  EXPECT_EQ(harness_.lease(fresh)->memory().size(), 4096u * 65536);
  EXPECT_EQ(harness_.program("(module)")->memory_bytes(), 0u);
}

TEST_P(CallTest, WhatCannotBeLoadedIsSaidByName) {
  const auto error_of = [this](std::string_view text) {
    const auto wasm = wat_to_wasm(text).value();
    auto program = harness_.runtime->compile(as_bytes(wasm), kImports);
    return program ? std::string("compiled") : program.error().to_string();
  };
  EXPECT_THAT(error_of(R"((module (import "env" "gone" (func))))"), HasSubstr("'env' 'gone'"));
  EXPECT_THAT(error_of(R"((module (import "env" "add" (func (param i64)))))"), HasSubstr("I:"));
  EXPECT_THAT(error_of(R"((module (import "env" "mem" (memory 1))))"), HasSubstr("no function"));
  EXPECT_THAT(error_of("(component)"), HasSubstr("component"));
  const auto nonsense = harness_.runtime->compile(as_bytes("hello"), kImports);
  EXPECT_EQ(nonsense.error().kind(), ErrorKind::Invalid);
  const auto invalid = wat_to_wasm("(module (func (result i32) (i64.const 1)) (memory 1))").value();
  EXPECT_EQ(harness_.runtime->compile(as_bytes(invalid), kImports).error().kind(),
            ErrorKind::Invalid);
}

}  // namespace
}  // namespace wws::wasm
