// The promise, against guests and hosts that do their worst: after any lease the next one starts
// from its image, byte for byte, in both modes. The runtime compares the whole memory after every
// restore.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

using test::f64;
using test::Harness;
using test::i32;
using test::i64;
using test::kScribbler;
using testing::HasSubstr;

constexpr int kBytes = 32 * 65536;

class RestoreTest : public testing::TestWithParam<RestoreMode> {
 protected:
  Harness harness_{GetParam()};
  std::shared_ptr<const Program> program_ = harness_.program(kScribbler);

  // No test here may make the runtime lose its trust in the kernel.
  void TearDown() override {
    EXPECT_EQ(harness_.runtime->keeps_instances(), kept()) << harness_.runtime->why_not_kept();
  }
  [[nodiscard]] static bool kept() { return GetParam() == RestoreMode::Auto; }
  [[nodiscard]] PoolStats stats() const { return harness_.pool->stats(); }
  // Whether the last lease's instance was kept or dropped.
  void expect_restored() { EXPECT_EQ(stats().restored, kept() ? stats().leases : 0); }
  void expect_dropped() { EXPECT_EQ(stats().dropped, stats().leases); }

  static std::uint8_t* bytes_of(Lease& lease) { return lease.memory().writable(0, 1)->data(); }

  // A new lease must find the image, whatever was done before.
  void expect_untouched(std::shared_ptr<const Image> image = nullptr) {
    auto lease = harness_.lease(program_, std::move(image));
    EXPECT_EQ(harness_.call(*lease, "size")->i32, 32);
    EXPECT_EQ(harness_.call(*lease, "sp")->i32, 65536);
    EXPECT_EQ(harness_.call(*lease, "counter")->i64, 7);
    EXPECT_EQ(harness_.call(*lease, "float")->f64, 1.5);
    expect_base_bytes(lease->memory());
  }
  static void expect_base_bytes(const GuestMemory& memory) {
    std::string expected(kBytes, '\0');
    std::memcpy(expected.data() + 1024, "the image's own bytes", 21);
    std::memcpy(expected.data() + 70000, "and some more", 13);
    ASSERT_EQ(memory.size(), expected.size());
    EXPECT_EQ(std::memcmp(memory.view(0, kBytes)->data(), expected.data(), expected.size()), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, RestoreTest, testing::Values(RestoreMode::Auto, RestoreMode::Fresh),
                         [](const auto& mode) {
                           return std::string(mode.param == RestoreMode::Auto ? "Kept" : "Fresh");
                         });

TEST_P(RestoreTest, AFreshLeaseHoldsTheDataSegments) { expect_untouched(); }

TEST_P(RestoreTest, AWriteIsGoneInTheNextLease) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(1024), i32(-1)}));
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(1024)})->i32, -1);
  }
  expect_untouched();
}

TEST_P(RestoreTest, EveryByteOverwrittenIsPutBack) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(0xaa), i32(kBytes)}));
  }
  expect_untouched();
}

TEST_P(RestoreTest, GlobalsArePutBack) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "set_globals", {i32(1), i64(2), f64(3)}));
  }
  expect_untouched();
}

TEST_P(RestoreTest, OnePageInTwoOfAllMemoryIsPutBack) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "scatter", {i32(0), i32(kBytes), i32(8192), i32(-1)}));
    EXPECT_EQ(lease->dirty_pages(), 256U);
  }
  expect_restored();
  expect_untouched();
}

TEST_P(RestoreTest, MoreScatteredPagesThanOneScanHoldsArePutBack) {
  auto wide = harness_.program(R"((module (memory (export "memory") 256)
    (func (export "scatter") (local $at i32)
      (loop $next
        (i32.store (local.get $at) (i32.const -1))
        (local.set $at (i32.add (local.get $at) (i32.const 8192)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 16777216)))))))");
  ASSERT_TRUE(harness_.call(*harness_.lease(wide), "scatter"));
  expect_restored();
  auto lease = harness_.lease(wide);
  const std::string zeros(256 * 65536, '\0');
  EXPECT_EQ(std::memcmp(bytes_of(*lease), zeros.data(), zeros.size()), 0);
}

TEST_P(RestoreTest, AGuestThatOnlyReadsLeavesNothing) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "read_all"));
    EXPECT_EQ(lease->dirty_pages(), 0U);
  }
  expect_restored();
  expect_untouched();
}

TEST_P(RestoreTest, GrowthIsTakenBackAndTheGuestSeesIt) {
  for (int round = 0; round < 3; ++round) {
    {
      auto lease = harness_.lease(program_);
      EXPECT_EQ(harness_.call(*lease, "grow", {i32(8)})->i32, 32);
      EXPECT_EQ(harness_.call(*lease, "size")->i32, 40);
      EXPECT_EQ(harness_.call(*lease, "peek", {i32(kBytes + 65536)})->i32, 0);
      ASSERT_TRUE(harness_.call(*lease, "fill", {i32(kBytes - 9), i32(0x77), i32(8 * 65536)}));
    }
    expect_restored();
    expect_untouched();
  }
  auto lease = harness_.lease(program_);
  const auto beyond = harness_.call(*lease, "peek", {i32(kBytes)});
  ASSERT_FALSE(beyond.has_value());
  EXPECT_EQ(beyond.error().kind(), ErrorKind::GuestFault);
  EXPECT_THAT(beyond.error().message(), HasSubstr("out of bounds"));
}

TEST_P(RestoreTest, ATrapHalfwayLeavesNothing) {
  {
    auto lease = harness_.lease(program_);
    const auto trapped = harness_.call(*lease, "trap_after_writing", {i32(3)});
    ASSERT_FALSE(trapped.has_value());
    EXPECT_EQ(trapped.error().kind(), ErrorKind::GuestFault);
    EXPECT_THAT(trapped.error().message(), HasSubstr("unreachable"));
  }
  expect_dropped();
  expect_untouched();
}

TEST_P(RestoreTest, DeepRecursionTrapsAndLeavesNothing) {
  {
    auto lease = harness_.lease(program_);
    const auto trapped = harness_.call(*lease, "recurse", {i32(0)});
    ASSERT_FALSE(trapped.has_value());
    EXPECT_EQ(trapped.error().kind(), ErrorKind::GuestFault);
    EXPECT_THAT(trapped.error().message(), HasSubstr("call stack exhausted"));
  }
  expect_dropped();
  expect_untouched();
}

TEST_P(RestoreTest, ALeaseThatEndsInTheMiddleOfACallLeavesNothing) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(0), i32(1)}));
    EXPECT_FALSE(lease->try_call("spin", {}).has_value());
  }
  expect_dropped();
  expect_untouched();
}

TEST_P(RestoreTest, WhatTheHostWritesIsPutBackToo) {
  {
    auto lease = harness_.lease(program_);
    std::memset(bytes_of(*lease) + 300'000, 0x11, 50'000);
  }
  expect_restored();
  expect_untouched();
}

TEST_P(RestoreTest, AnUncleanLeaseIsDropped) {
  harness_.lease(program_)->mark_unclean();
  expect_dropped();
  expect_untouched();
}

TEST_P(RestoreTest, PagesThatTheKernelWasToldToSwapOutArePutBack) {
  for (int round = 0; round < 20; ++round) {
    {
      auto lease = harness_.lease(program_);
      ASSERT_TRUE(harness_.call(*lease, "scatter", {i32(0), i32(kBytes), i32(12288), i32(-1)}));
      madvise(bytes_of(*lease), kBytes, MADV_PAGEOUT);
    }
    expect_untouched();
  }
}

TEST_P(RestoreTest, ColdFreedAndDiscardedPagesArePutBack) {
  for (const int advice : {MADV_COLD, MADV_FREE, MADV_DONTNEED}) {
    {
      auto lease = harness_.lease(program_);
      ASSERT_TRUE(harness_.call(*lease, "scatter", {i32(0), i32(kBytes), i32(8192), i32(-1)}));
      madvise(bytes_of(*lease), kBytes / 2, advice);
    }
    expect_untouched();
  }
}

TEST_P(RestoreTest, HugePagesAreNeverUsedAndNeverHurt) {
  {
    auto lease = harness_.lease(program_);
    madvise(bytes_of(*lease), kBytes, MADV_HUGEPAGE);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(5), i32(kBytes)}));
    constexpr int kCollapse = 25;
    madvise(bytes_of(*lease), kBytes, kCollapse);
  }
  expect_untouched();
}

TEST_P(RestoreTest, PagesOfferedForMergingArePutBack) {
  {
    auto lease = harness_.lease(program_);
    madvise(bytes_of(*lease), kBytes, MADV_MERGEABLE);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(0), i32(kBytes)}));
  }
  expect_untouched();
}

TEST_P(RestoreTest, AForkWhileALeaseRunsChangesNothing) {
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(5), i32(65536)}));
    const pid_t child = fork();
    if (child == 0) _exit(0);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(65536), i32(6), i32(65536)}));
    waitpid(child, nullptr, 0);
  }
  expect_restored();
  expect_untouched();
}

TEST_P(RestoreTest, AForkedChildRefusesToLend) {
  harness_.lease(program_).reset();
  const pid_t child = fork();
  if (child == 0) {
    const auto lease = harness_.pool->try_acquire(program_, program_->base_image());
    const bool refused = lease && !*lease && lease->error().kind() == ErrorKind::Internal;
    _exit(refused && !harness_.runtime->keeps_instances() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  expect_untouched();
}

TEST_P(RestoreTest, ASnapshotHoldsPagesAndGlobals) {
  std::shared_ptr<const Image> image;
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(500'000), i32(77)}));
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(1024), i32(78)}));
    ASSERT_TRUE(harness_.call(*lease, "set_globals", {i32(1), i64(-2), f64(0.25)}));
    image = lease->snapshot().value();
    EXPECT_EQ(image->delta_pages(), 2U);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(500'000), i32(1)}));
  }
  for (int round = 0; round < 3; ++round) {
    auto lease = harness_.lease(program_, image);
    EXPECT_EQ(lease->dirty_pages(), 0U);
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(500'000)})->i32, 77);
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(1024)})->i32, 78);
    EXPECT_EQ(harness_.call(*lease, "sp")->i32, 1);
    EXPECT_EQ(harness_.call(*lease, "counter")->i64, -2);
    EXPECT_EQ(harness_.call(*lease, "float")->f64, 0.25);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(9), i32(kBytes)}));
  }
  expect_untouched();
}

TEST_P(RestoreTest, ASnapshotOfASnapshotIsWhole) {
  std::shared_ptr<const Image> image;
  for (int level = 0; level < 3; ++level) {
    auto lease = harness_.lease(program_, image);
    ASSERT_TRUE(harness_.call(*lease, "poke", {i32(200'000 + level * 8192), i32(level + 1)}));
    image = lease->snapshot().value();
  }
  EXPECT_EQ(image->delta_pages(), 3U);
  auto lease = harness_.lease(program_, image);
  for (int level = 0; level < 3; ++level)
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(200'000 + level * 8192)})->i32, level + 1);
}

TEST_P(RestoreTest, APageThatTheSnapshotEmptiedStaysEmpty) {
  std::shared_ptr<const Image> image;
  {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(harness_.call(*lease, "fill", {i32(0), i32(0), i32(4096)}));
    image = lease->snapshot().value();
  }
  EXPECT_EQ(image->delta_pages(), 1U);
  for (int round = 0; round < 2; ++round) {
    auto lease = harness_.lease(program_, image);
    EXPECT_EQ(harness_.call(*lease, "peek", {i32(1024)})->i32, 0);
    madvise(bytes_of(*lease), kBytes, MADV_DONTNEED);
  }
  expect_untouched();
}

TEST_P(RestoreTest, AMemoryThatOutgrewItsProgramIsNoImage) {
  auto lease = harness_.lease(program_);
  ASSERT_TRUE(harness_.call(*lease, "grow", {i32(1)}));
  const auto image = lease->snapshot();
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error().message(), HasSubstr("larger initial memory"));
}

TEST_P(RestoreTest, AnImageOfAnotherProgramIsRefused) {
  const auto other = harness_.program(kScribbler);
  const auto lease = harness_.pool->try_acquire(program_, other->base_image());
  ASSERT_TRUE(lease.has_value());
  ASSERT_FALSE(lease->has_value());
  EXPECT_EQ(lease->error().kind(), ErrorKind::Internal);
}

// One mean thing after another, on three images in turn, in any order.
TEST_P(RestoreTest, TenThousandMixedLeasesAlwaysStartFromTheirImage) {
  std::minstd_rand random(20260);
  const auto below = [&random](int limit) {
    return static_cast<int>(random() % static_cast<unsigned>(limit));
  };
  std::vector<std::shared_ptr<const Image>> images{program_->base_image()};
  for (int i = 1; i < 3; ++i) {
    auto lease = harness_.lease(program_);
    ASSERT_TRUE(
        harness_.call(*lease, "scatter", {i32(i * 4096), i32(kBytes), i32(i * 40960), i32(i)}));
    ASSERT_TRUE(harness_.call(*lease, "set_globals", {i32(i), i64(i), f64(i)}));
    images.push_back(lease->snapshot().value());
  }
  const int rounds = kept() ? 10'000 : 500;
  for (int round = 0; round < rounds; ++round) {
    const int which = below(3);
    auto lease = harness_.lease(program_, images[static_cast<std::size_t>(which)]);
    ASSERT_NE(lease, nullptr);
    ASSERT_EQ(lease->dirty_pages(), 0U) << "round " << round;
    ASSERT_EQ(lease->memory().size(), static_cast<std::size_t>(kBytes));
    ASSERT_EQ(harness_.call(*lease, "sp")->i32, which == 0 ? 65536 : which);
    const Value scatter[] = {i32(below(kBytes)), i32(kBytes), i32(4 + below(65536)), i32(below(3))};
    const Value fill[] = {i32(below(kBytes / 2)), i32(below(2)), i32(below(kBytes / 2))};
    const Value growth[] = {i32(below(20))};
    const Value globals[] = {i32(below(100)), i64(below(100)), f64(below(100))};
    switch (below(9)) {
      case 0: static_cast<void>(lease->try_call("scatter", scatter)); break;
      case 1: static_cast<void>(lease->try_call("fill", fill)); break;
      case 2: static_cast<void>(lease->try_call("grow", growth)); break;
      case 3: static_cast<void>(lease->try_call("trap_after_writing", growth)); break;
      case 4: static_cast<void>(lease->try_call("read_all", {})); break;
      case 5: madvise(bytes_of(*lease), kBytes, MADV_PAGEOUT); break;
      case 6: madvise(bytes_of(*lease), kBytes, MADV_DONTNEED); break;
      default: static_cast<void>(lease->try_call("count", {})); break;
    }
    if (!lease->try_call("set_globals", globals)) continue;
  }
  EXPECT_GE(stats().restored, kept() ? 6'000U : 0U);
}

// What the checker does not prove gets a new instance from Wasmtime's pool for every lease.
TEST_P(RestoreTest, UnprovenModulesNeverSeeAnEarlierLeasesTableOrMemory) {
  auto program = harness_.program(R"((module
    (memory (export "memory") 1) (table $t 4 funcref) (global $g (mut i32) (i32.const 5))
    (elem declare func $f)
    (func $f)
    (func (export "dirty")
      (table.set $t (i32.const 2) (ref.func $f)) (i32.store (i32.const 64) (i32.const 9))
      (global.set $g (i32.const 6)))
    (func (export "is_null") (result i32) (ref.is_null (table.get $t (i32.const 2))))
    (func (export "peek") (result i32) (i32.load (i32.const 64)))
    (func (export "global") (result i32) (global.get $g))))");
  EXPECT_FALSE(program->kept());
  EXPECT_THAT(program->why_fresh(), HasSubstr("table.set"));
  for (int round = 0; round < 50; ++round) {
    auto lease = harness_.lease(program);
    EXPECT_EQ(harness_.call(*lease, "is_null")->i32, 1);
    EXPECT_EQ(harness_.call(*lease, "peek")->i32, 0);
    EXPECT_EQ(harness_.call(*lease, "global")->i32, 5);
    ASSERT_TRUE(harness_.call(*lease, "dirty"));
    EXPECT_EQ(harness_.call(*lease, "is_null")->i32, 0);
    EXPECT_EQ(lease->memory().load<std::int32_t>(64), 9);
    madvise(bytes_of(*lease), 65536, MADV_PAGEOUT);
  }
  EXPECT_EQ(harness_.lease(program)->snapshot().error().kind(), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace wws::wasm
