#include <gmock/gmock.h>

#include <thread>

#include "wasm/hold_memory.h"
#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

namespace asio = boost::asio;
using test::Harness;
using test::i32;
using test::kScribbler;

struct Waiting {
  std::optional<Result<std::unique_ptr<Lease>>> lease;
};

Task<void> acquire_into(InstancePool& pool, std::shared_ptr<const Program> program, Waiting& out) {
  out.lease = co_await pool.acquire(program, program->base_image());
}

TEST(Pool, ReusesAnInstanceOfTheSameImage) {
  Harness harness(RestoreMode::Auto);
  const auto program = harness.program(kScribbler);
  for (int i = 0; i < 5; ++i) harness.lease(program).reset();
  const PoolStats stats = harness.pool->stats();
  EXPECT_EQ(stats.leases, 5U);
  EXPECT_EQ(stats.created, 1U);
  EXPECT_EQ(stats.restored, 5U);
  EXPECT_EQ(stats.idle, 1U);
  EXPECT_EQ(stats.running, 0U);
}

TEST(Pool, SwitchesImagesOnceNoMoreInstancesMayBeKept) {
  Harness harness(RestoreMode::Auto, {.max_kept = 1});
  const auto program = harness.program(kScribbler);
  std::vector<std::shared_ptr<const Image>> images{program->base_image()};
  for (int i = 1; i < 3; ++i) {
    auto lease = harness.lease(program);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(i)}));
    images.push_back(lease->snapshot().value());
  }
  for (int round = 0; round < 30; ++round) {
    const int which = round % 3;
    auto lease = harness.lease(program, images[static_cast<std::size_t>(which)]);
    EXPECT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, which);
  }
  // The program's own image finds the instance blank.
  EXPECT_GE(harness.pool->stats().image_switches, 20U);
  EXPECT_EQ(harness.pool->stats().created, 1U);
}

TEST(Pool, AnInstanceOfALargeImageMovesOntoOneOfItsOwnSoon) {
  Harness harness(RestoreMode::Auto, {.max_kept = 1});
  const auto program = harness.program(kScribbler);
  std::shared_ptr<const Image> image;
  {
    auto lease = harness.lease(program);
    for (int page = 1; page <= 400; ++page)
      ASSERT_TRUE(harness.call(*lease, "poke", {i32(page * 4096), i32(page)}));
    image = lease->snapshot().value();
  }
  ASSERT_GE(image->delta_pages(), 400U);
  for (int i = 0; i < 40; ++i) {
    auto lease = harness.lease(program, image);
    ASSERT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, 2);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(i + 1000)}));
  }
  EXPECT_EQ(harness.pool->stats().settled, 1U);
}

// Images whose page 2 holds their number.
std::vector<std::shared_ptr<const Image>> make_images(Harness& harness,
                                                      const std::shared_ptr<const Program>& program,
                                                      int count) {
  std::vector<std::shared_ptr<const Image>> images;
  auto lease = harness.lease(program);
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(i)}));
    images.push_back(lease->snapshot().value());
  }
  return images;
}

TEST(Pool, SwitchesAFewInstancesWhereMoreImagesTakeTurnsThanItMayKeep) {
  Harness harness(RestoreMode::Auto, {.max_kept = 16});
  const auto program = harness.program(kScribbler);
  const auto images = make_images(harness, program, 400);
  for (int i = 0; i < 2000; ++i) {
    const int which = i * 7 % 400;
    auto lease = harness.lease(program, images[static_cast<std::size_t>(which)]);
    ASSERT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, which);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(12288), i32(1)}));
  }
  EXPECT_LE(harness.pool->stats().created, 5U);
  EXPECT_GE(harness.pool->stats().image_switches, 1990U);
}

TEST(Pool, AnImageThatWasAskedForOnceIsNotHeldByItsInstance) {
  Harness harness(RestoreMode::Auto);
  const auto program = harness.program(kScribbler);
  auto images = make_images(harness, program, 1);
  harness.lease(program, images[0]).reset();
  const std::weak_ptr<const Image> watched = images[0];
  images.clear();
  EXPECT_TRUE(watched.expired());
  auto lease = harness.lease(program);
  EXPECT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, 0);
  EXPECT_EQ(harness.pool->stats().created, 1U);
}

TEST(Pool, GivesImagesThatComeBackAnInstanceToStay) {
  Harness harness(RestoreMode::Auto, {.max_kept = 16});
  const auto program = harness.program(kScribbler);
  const auto images = make_images(harness, program, 10);
  const auto round = [&] {
    for (const auto& image : images) harness.lease(program, image).reset();
  };
  for (int i = 0; i < 5; ++i) round();
  const PoolStats settled = harness.pool->stats();
  for (int i = 0; i < 5; ++i) round();
  EXPECT_EQ(harness.pool->stats().image_switches, settled.image_switches);
  EXPECT_EQ(harness.pool->stats().created, settled.created);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Pool, SwitchesWithoutAScanWhereNothingFaults) {
  Harness harness(RestoreMode::Auto, {.max_kept = 1});
  const auto program = harness.program(kScribbler);
  const auto images = make_images(harness, program, 8);
  for (std::size_t i = 0; i < 400; ++i) {
    auto lease = harness.lease(program, images[i % 8]);
    ASSERT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, static_cast<int>(i % 8));
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(12288), i32(1)}));
  }
  // Of twice as many restores: one after each lease, one for each switch.
  EXPECT_GT(harness.pool->stats().unscanned, 600U);
}
#endif

TEST(Pool, AnInstanceThatIsUsedMuchMovesOntoAnImageOfItsOwn) {
  Harness harness(RestoreMode::Auto, {.max_kept = 1});
  const auto program = harness.program(kScribbler);
  std::shared_ptr<const Image> image;
  {
    auto lease = harness.lease(program);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(77)}));
    image = lease->snapshot().value();
  }
  for (int i = 0; i < 500; ++i) {
    auto lease = harness.lease(program, image);
    ASSERT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, 77) << i;
    ASSERT_EQ(harness.call(*lease, "peek", {i32(12288)})->i32, 0) << i;
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(i % 2 == 0 ? 8192 : 12288), i32(i + 1000)}));
  }
  EXPECT_EQ(harness.pool->stats().settled, 1U);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The sanitizers' own memory faults at each step, and a fault means a scan.
  EXPECT_GT(harness.pool->stats().unscanned, 200U);
#endif
  // What is taken of it has the pages that its image has beyond the program's.
  std::shared_ptr<const Image> second;
  {
    auto lease = harness.lease(program, image);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(16384), i32(5)}));
    second = lease->snapshot().value();
  }
  EXPECT_EQ(second->delta_pages(), 2U);
  for (const auto& [wanted, poked] : {std::pair{second, 5}, {image, 0}, {second, 5}}) {
    auto lease = harness.lease(program, wanted);
    EXPECT_EQ(harness.call(*lease, "peek", {i32(8192)})->i32, 77);
    EXPECT_EQ(harness.call(*lease, "peek", {i32(16384)})->i32, poked);
  }
  EXPECT_EQ(harness.pool->stats().created, 1U);
}

TEST(Pool, DropsAnInstanceAfterItsLastUse) {
  Harness harness(RestoreMode::Auto, {.max_uses = 2});
  const auto program = harness.program(kScribbler);
  for (int i = 0; i < 4; ++i) harness.lease(program).reset();
  EXPECT_EQ(harness.pool->stats().created, 2U);
  EXPECT_EQ(harness.pool->stats().dropped, 2U);
}

TEST(Pool, KeepsNoMoreThanItMay) {
  Harness harness(RestoreMode::Auto, {.max_kept = 2});
  const auto program = harness.program(kScribbler);
  std::vector<std::unique_ptr<Lease>> leases;
  for (int i = 0; i < 4; ++i) leases.push_back(harness.lease(program));
  while (leases.size() > 2) leases.pop_back();
  EXPECT_EQ(harness.pool->stats().idle, 2U);
  EXPECT_EQ(harness.pool->stats().dropped, 0U);
  leases.clear();
  EXPECT_EQ(harness.pool->stats().idle, 2U);
  EXPECT_EQ(harness.pool->stats().dropped, 2U);
}

TEST(Pool, KeepsAsManyAsRun) {
  Harness harness(RestoreMode::Auto, {.max_kept = 2});
  const auto program = harness.program(kScribbler);
  std::vector<std::unique_ptr<Lease>> leases;
  for (int i = 0; i < 20; ++i) leases.push_back(harness.lease(program));
  for (int crowd = 0; crowd < 5; ++crowd) {
    leases.resize(10);
    EXPECT_EQ(harness.pool->stats().idle, 10U);
    while (leases.size() < 20) leases.push_back(harness.lease(program));
  }
  EXPECT_EQ(harness.pool->stats().created, 20U);
  leases.clear();
  EXPECT_EQ(harness.pool->stats().idle, 2U);
}

TEST(Pool, AnImageThatIsNotWantedIsFreedWithItsIdleInstances) {
  Harness harness(RestoreMode::Auto);
  const auto program = harness.program(kScribbler);
  std::shared_ptr<const Image> image;
  {
    auto lease = harness.lease(program);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(1)}));
    image = lease->snapshot().value();
  }
  harness.lease(program, image).reset();
  auto running = harness.lease(program, image);
  const std::weak_ptr<const Image> watched = image;
  image.reset();
  harness.pool->drop_idle([&](const Image& one) { return &one == program->base_image().get(); });
  EXPECT_FALSE(watched.expired());  // by the one that runs
  running.reset();
  EXPECT_FALSE(watched.expired());  // by the one that is kept for it
  harness.pool->drop_idle([&](const Image& one) { return &one == program->base_image().get(); });
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(harness.pool->stats().idle, 0U);
}

TEST(Pool, QueuesInOrderAtTheCeiling) {
  Harness harness(RestoreMode::Auto, {.max_instances = 1});
  const auto program = harness.program(kScribbler);
  auto running = harness.lease(program);
  Waiting first, second;
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, program, first), asio::detached);
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, program, second), asio::detached);
  harness.loop.poll();
  EXPECT_EQ(harness.pool->stats().waiting, 2U);
  EXPECT_FALSE(harness.pool->try_acquire(program, program->base_image()).has_value());
  running.reset();
  harness.loop.poll();
  ASSERT_TRUE(first.lease.has_value());
  EXPECT_TRUE(first.lease->has_value());
  EXPECT_FALSE(second.lease.has_value());
  EXPECT_EQ(harness.pool->stats().running, 1U);
  first.lease.reset();
  harness.loop.poll();
  ASSERT_TRUE(second.lease.has_value());
  second.lease.reset();
  EXPECT_EQ(harness.pool->stats().running, 0U);
}

TEST(Pool, GivesUpAfterTheLongestWait) {
  Harness harness(RestoreMode::Auto,
                  {.max_instances = 1, .max_wait = std::chrono::milliseconds(1)});
  const auto program = harness.program(kScribbler);
  const auto running = harness.lease(program);
  Waiting waiting;
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, program, waiting), asio::detached);
  harness.loop.run();
  ASSERT_FALSE(waiting.lease->has_value());
  EXPECT_EQ(waiting.lease->error().kind(), ErrorKind::Exhausted);
  EXPECT_EQ(harness.pool->stats().waiting, 0U);
}

TEST(Pool, RefusesAtOnceWhenTheQueueIsFull) {
  Harness harness(RestoreMode::Auto, {.max_instances = 1, .max_waiting = 0});
  const auto program = harness.program(kScribbler);
  const auto running = harness.lease(program);
  Waiting waiting;
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, program, waiting), asio::detached);
  harness.loop.run();
  EXPECT_EQ(waiting.lease->error().kind(), ErrorKind::Exhausted);
}

TEST(Pool, AWaiterThatGoesAwayLeavesTheQueue) {
  Harness harness(RestoreMode::Auto, {.max_instances = 1});
  const auto program = harness.program(kScribbler);
  auto running = harness.lease(program);
  Waiting waiting;
  {
    asio::io_context other{1};
    auto pool = harness.runtime->make_pool(other.get_executor(), {.max_instances = 1});
    auto lease = std::move(*pool->try_acquire(program, program->base_image()));
    asio::co_spawn(other, acquire_into(*pool, program, waiting), asio::detached);
    other.poll();
    EXPECT_EQ(pool->stats().waiting, 1U);
  }
  EXPECT_FALSE(waiting.lease.has_value());
}

TEST(Pool, ImagesWhoseRequestsHangLeaveRoomForOneMore) {
  Harness harness(RestoreMode::Auto, {.max_instances = 16, .max_per_image = 12});
  std::vector<std::unique_ptr<Lease>> hanging;
  std::vector<std::size_t> got;
  for (int i = 0; i < 3; ++i) {
    const auto program = harness.program(kScribbler);
    const std::size_t before = hanging.size();
    while (auto lease = harness.pool->try_acquire(program, program->base_image()))
      hanging.push_back(std::move(**lease));
    got.push_back(hanging.size() - before);
  }
  EXPECT_EQ(got, (std::vector<std::size_t>{12, 3, 1}));
}

TEST(Pool, AWaiterWhoseInstanceFailsMakesWayForTheNext) {
  Harness harness(RestoreMode::Auto, {.max_instances = 1});
  const auto program = harness.program(kScribbler);
  const auto broken = harness.program("(module (func $f unreachable) (start $f))");
  auto running = harness.lease(program);
  Waiting first, second;
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, broken, first), asio::detached);
  asio::co_spawn(harness.loop, acquire_into(*harness.pool, program, second), asio::detached);
  harness.loop.poll();
  running.reset();
  harness.loop.run();
  EXPECT_FALSE(first.lease->has_value());
  EXPECT_TRUE(second.lease->has_value());
}

TEST(Pool, AFailedInstanceTakesNoPlace) {
  Harness harness(RestoreMode::Auto, {.max_instances = 1});
  const auto program = harness.program("(module (func $f unreachable) (start $f))");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(harness.pool->try_acquire(program, program->base_image())->error().kind(),
              ErrorKind::GuestFault);
  EXPECT_EQ(harness.pool->stats().running, 0U);
}

// Leases in a loop and a pool of their own; true when each of them started from its image.
bool lease_many(Runtime& runtime, const std::shared_ptr<const Program>& program,
                const std::vector<std::shared_ptr<const Image>>& images) {
  asio::io_context loop{1};
  auto pool = runtime.make_pool(loop.get_executor(), {.max_kept = 1});
  for (std::size_t round = 0; round < 300; ++round) {
    const std::size_t which = round / 2 % images.size();
    auto lease = pool->try_acquire(program, images[which]);
    if (!lease || !*lease || (**lease)->memory().load<std::uint32_t>(8192) != which) return false;
    const Value fill[] = {i32(0), i32(0x7f), i32(100'000)};
    static_cast<void>((**lease)->try_call("fill", fill));
  }
  return true;
}

TEST(Pool, LoopsOnSeveralThreadsShareProgramsAndImages) {
  Harness harness(RestoreMode::Auto);
  const auto program = harness.program(kScribbler);
  std::vector<std::shared_ptr<const Image>> images{program->base_image()};
  {
    auto lease = harness.lease(program);
    ASSERT_TRUE(harness.call(*lease, "poke", {i32(8192), i32(1)}));
    images.push_back(lease->snapshot().value());
  }
  std::vector<char> fine(3);
  {
    std::vector<std::jthread> threads;
    for (char& one : fine)
      threads.emplace_back([&] { one = lease_many(*harness.runtime, program, images) ? 1 : 0; });
    for (int i = 0; i < 3; ++i) EXPECT_NE(harness.program(kScribbler), nullptr);
  }
  EXPECT_THAT(fine, testing::Each(1));
  EXPECT_TRUE(harness.runtime->keeps_instances()) << harness.runtime->why_not_kept();
}

// Guests of 2 MiB, which may write 12 MiB together.
class PoolBudget : public testing::TestWithParam<RestoreMode> {
 protected:
  static constexpr std::int32_t kImage = 2 << 20, kMuch = 180 << 16;

  std::unique_ptr<Lease> lease() { return harness_.lease(program_); }
  std::int32_t grow(Lease& lease, std::int32_t pages) {
    return harness_.call(lease, "grow", {i32(pages)})->i32;
  }
  // Writes to what it has grown by, which takes longer than guests run uncounted.
  Result<void> write(Lease& lease, std::int32_t bytes) {
    EXPECT_TRUE(harness_.call(lease, "fill", {i32(kImage), i32(1), i32(bytes)}));
    return lease.count_memory();
  }
  // Takes more than seven eighths.
  void take_much(Lease& lease) {
    ASSERT_EQ(grow(lease, kMuch >> 16), kImage >> 16);
    ASSERT_TRUE(write(lease, kMuch));
  }

  Harness harness_{
      GetParam(), {.max_wait = std::chrono::milliseconds(1)}, RuntimeOptions{}.slice, 12u << 20};
  std::shared_ptr<const Program> program_ = harness_.program(kScribbler);
};

TEST_P(PoolBudget, OneThatWritesWhenNothingIsLeftIsStopped) {
  const auto first = lease();
  const auto second = lease();
  take_much(*first);
  ASSERT_EQ(grow(*second, 64), 32);
  const auto stopped = write(*second, 64 << 16);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind(), ErrorKind::Exhausted);
}

TEST_P(PoolBudget, NobodyGrowsPastAllOfIt) {
  const auto first = lease();
  first->set_limits({});
  EXPECT_EQ(grow(*first, 200), -1);
  EXPECT_EQ(grow(*first, 64), 32);
}

TEST_P(PoolBudget, WhoIsStoppedLeavesRoomAtOnce) {
  const auto first = lease();
  const auto second = lease();
  ASSERT_EQ(grow(*first, 100), 32);
  ASSERT_TRUE(write(*first, 100 << 16));
  ASSERT_EQ(grow(*second, 100), 32);
  EXPECT_FALSE(write(*second, 100 << 16));
  EXPECT_TRUE(write(*first, 100 << 16));
  ASSERT_EQ(grow(*first, 40), 132);
  EXPECT_TRUE(write(*first, 140 << 16));
}

TEST_P(PoolBudget, OthersWaitUntilThereIsRoom) {
  auto first = lease();
  take_much(*first);
  EXPECT_FALSE(harness_.pool->try_acquire(program_, program_->base_image()));
  Waiting waiting;
  asio::co_spawn(harness_.loop, acquire_into(*harness_.pool, program_, waiting), asio::detached);
  harness_.loop.restart();
  harness_.loop.run();
  ASSERT_TRUE(waiting.lease && !waiting.lease->has_value());
  EXPECT_EQ(waiting.lease->error().kind(), ErrorKind::Exhausted);
  EXPECT_THAT(waiting.lease->error().to_string(), testing::HasSubstr("guest_memory"));
  first.reset();
  EXPECT_NE(lease(), nullptr);
}

TEST_P(PoolBudget, WhatOneLoopGivesBackLetsAnotherGoOn) {
  auto first = lease();
  const auto other = harness_.runtime->make_pool(harness_.loop.get_executor(), {});
  // The one that runs in any case.
  const auto running = other->try_acquire(program_, program_->base_image());
  ASSERT_TRUE(running && *running);
  take_much(*first);
  Waiting waiting;
  asio::co_spawn(harness_.loop, acquire_into(*other, program_, waiting), asio::detached);
  harness_.loop.restart();
  harness_.loop.poll();
  EXPECT_FALSE(waiting.lease);
  first.reset();
  while (!waiting.lease) ASSERT_GT(harness_.loop.run_one(), 0u);
  EXPECT_TRUE(waiting.lease->has_value());
}

TEST_P(PoolBudget, HalfIsForAnswersThatClientsHaveNotTaken) {
  auto first = try_hold_memory(*harness_.pool, 4u << 20);
  auto second = try_hold_memory(*harness_.pool, 2u << 20);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(try_hold_memory(*harness_.pool, 1));
  second->shrink_to(1u << 20);
  EXPECT_TRUE(try_hold_memory(*harness_.pool, 1u << 20));
  first.reset();
  EXPECT_TRUE(try_hold_memory(*harness_.pool, 5u << 20));
}

TEST_P(PoolBudget, AnAnswerLargerThanThatMayBeAlone) {
  auto large = try_hold_memory(*harness_.pool, 64u << 20);
  ASSERT_TRUE(large);
  EXPECT_FALSE(try_hold_memory(*harness_.pool, 1));
  *large = HeldMemory();
  EXPECT_TRUE(try_hold_memory(*harness_.pool, 1));
}

TEST_P(PoolBudget, AnswersCountAsWhatGuestsHaveWritten) {
  const auto running = lease();
  const auto held = try_hold_memory(*harness_.pool, 11u << 20);
  EXPECT_FALSE(harness_.pool->try_acquire(program_, program_->base_image()));
}

struct Held {
  bool gone = false;
  std::optional<Result<HeldMemory>> room;
};

Task<void> hold_into(InstancePool& pool, std::chrono::steady_clock::time_point deadline,
                     Held& out) {
  out.room = co_await hold_memory(pool, 4u << 20, deadline, out.gone);
}

TEST_P(PoolBudget, AnAnswerWaitsForRoomUntilItsClientLeaves) {
  const auto pool = harness_.runtime->make_pool(harness_.loop.get_executor(), {});
  constexpr auto kNever = std::chrono::steady_clock::time_point::max();
  auto others = try_hold_memory(*harness_.pool, 4u << 20);
  Held waits;
  Held leaves;
  asio::co_spawn(harness_.loop, hold_into(*pool, kNever, waits), asio::detached);
  asio::co_spawn(harness_.loop, hold_into(*pool, kNever, leaves), asio::detached);
  harness_.loop.restart();
  harness_.loop.poll();
  EXPECT_FALSE(waits.room || leaves.room);
  leaves.gone = true;
  while (!leaves.room) ASSERT_GT(harness_.loop.run_one(), 0u);
  EXPECT_EQ(leaves.room->error().kind(), ErrorKind::Gone);
  EXPECT_FALSE(waits.room);
  others.reset();
  while (!waits.room) ASSERT_GT(harness_.loop.run_one(), 0u);
  EXPECT_TRUE(waits.room->has_value());
}

TEST_P(PoolBudget, AnAnswerWaitsNoLongerThanItMay) {
  const auto others = try_hold_memory(*harness_.pool, 4u << 20);
  // The pool's time is over first, then the request's.
  const auto pool = harness_.runtime->make_pool(harness_.loop.get_executor(), {});
  Held first;
  Held second;
  asio::co_spawn(harness_.loop,
                 hold_into(*harness_.pool, std::chrono::steady_clock::time_point::max(), first),
                 asio::detached);
  asio::co_spawn(harness_.loop, hold_into(*pool, std::chrono::steady_clock::now(), second),
                 asio::detached);
  harness_.loop.restart();
  harness_.loop.run();
  for (const Held* const each : {&first, &second}) {
    ASSERT_TRUE(each->room && !each->room->has_value());
    EXPECT_EQ(each->room->error().kind(), ErrorKind::Exhausted);
    EXPECT_THAT(each->room->error().to_string(), testing::HasSubstr("guest_memory"));
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, PoolBudget, testing::Values(RestoreMode::Auto, RestoreMode::Fresh));

}  // namespace
}  // namespace wws::wasm
