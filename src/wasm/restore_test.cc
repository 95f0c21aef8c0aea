// The parts below the runtime: images that nobody can write, memories, scans, and the answers of a
// kernel that lies.
#include "wasm/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "wasm/kept_mode.h"
#include "wasm/self_test.h"

namespace wws::wasm {
namespace {

constexpr std::uint32_t kPages = 64;
constexpr std::size_t kSize = kPages * kHostPage;

std::shared_ptr<const BaseMemory> make_base() {
  return BaseMemory::create(kSize,
                            [](MutableByteView memory) -> Result<void> {
                              std::memset(memory.data() + 3 * kHostPage, 0x33, kHostPage);
                              return {};
                            })
      .value();
}

class RestorePartsTest : public testing::Test {
 protected:
  int pagemap_ = open_pagemap().value();
  RestoreTools tools_{.scan = PageScan(pagemap_), .faults = FaultCount(true)};
  MemoryImage image_{make_base(), nullptr, {}};
  std::unique_ptr<LinearMemory> memory_ =
      LinearMemory::reserve(kSize, 4 * kSize, kHostPage).value();
  RestoreHistory history_;

  void SetUp() override { ASSERT_TRUE(memory_->map_image(image_.base()->file()).has_value()); }
  void TearDown() override { close(pagemap_); }
};

TEST_F(RestorePartsTest, TheImageFileCannotBeWrittenGrownOrShrunk) {
  const int file = image_.base()->file();
  EXPECT_EQ(write(file, "x", 1), -1);
  EXPECT_EQ(ftruncate(file, 0), -1);
  EXPECT_EQ(ftruncate(file, 1 << 30), -1);
  EXPECT_EQ(mmap(nullptr, kHostPage, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), MAP_FAILED);
}

TEST_F(RestorePartsTest, ADeltaCannotBeWritten) {
  const std::vector<std::uint8_t> bytes(kHostPage, 1);
  const Delta::Source pages[] = {{5, bytes.data()}};
  const auto delta = Delta::create(*image_.base(), pages).value();
  EXPECT_DEATH(const_cast<std::uint8_t*>(delta->recipe(0, *image_.base()).lines)[0] = 2, "");
}

TEST_F(RestorePartsTest, BasesKnowTheirZeroPages) {
  EXPECT_FALSE(image_.base()->is_zero(3));
  EXPECT_TRUE(image_.base()->is_zero(2));
  EXPECT_TRUE(image_.base()->is_zero(4));
}

TEST_F(RestorePartsTest, WrittenPagesAreFoundAndPutBack) {
  write_canary(*memory_, 7);
  memory_->base()[3 * kHostPage] = 1;
  memory_->base()[9 * kHostPage] = 1;
  EXPECT_EQ(count_changed_pages(tools_.scan, *memory_, image_), 2U);
  const Restored restored = restore(tools_, *memory_, image_, 7, history_);
  EXPECT_FALSE(restored.drop) << restored.why;
  EXPECT_EQ(restored.pages, 2U);
  EXPECT_FALSE(image_.first_difference(memory_->base()).has_value());
}

class RestoreWithoutScanTest : public RestorePartsTest {
 protected:
  // A lease that writes `page`, after the faults of the test itself were read.
  Restored use(std::uint32_t page) {
    static_cast<void>(tools_.faults.now());
    return use_after_last_reading(page);
  }
  Restored use_after_last_reading(std::uint32_t page) {
    history_.begin_lease(tools_);
    write_canary(*memory_, ++number_);
    memory_->base()[page * kHostPage + 5] = 0xee;
    const Restored restored = restore(tools_, *memory_, image_, number_, history_);
    EXPECT_EQ(image_.first_difference(memory_->base()), std::nullopt);
    return restored;
  }
  // Until the thread's own memory is settled, too.
  void settle(std::uint32_t page) {
    for (int i = 0; i < 10 && use(page).scanned; ++i) continue;
  }

  std::uint64_t number_ = 0;
};

TEST_F(RestoreWithoutScanTest, ThePagesOfTheLastScanArePutBackWhileNothingFaults) {
  EXPECT_TRUE(use(3).scanned);
  settle(3);
  const Restored again = use(3);
  EXPECT_FALSE(again.scanned);
  EXPECT_EQ(again.pages, 1U);
}

TEST_F(RestoreWithoutScanTest, APageThatIsWrittenForTheFirstTimeMeansAScan) {
  settle(3);
  EXPECT_FALSE(use(3).scanned);
  const Restored grown = use(40);
  EXPECT_TRUE(grown.scanned);
  EXPECT_EQ(grown.pages, 2U);
  settle(40);
  EXPECT_EQ(use(3).pages, 2U);
}

TEST_F(RestoreWithoutScanTest, OneInSoManyIsScannedAllTheSame) {
  settle(3);
  std::uint32_t scans = 0;
  for (std::uint32_t i = 0; i < 3 * kScanEvery; ++i) scans += use(3).scanned ? 1 : 0;
  EXPECT_GE(scans, 2U);
}

TEST_F(RestoreWithoutScanTest, APageThatIsFoundThoughNothingFaultedIsUntruthful) {
  settle(3);
  history_.anonymous.clear();
  history_.unscanned = kScanEvery;
  const Restored restored = use(3);
  EXPECT_TRUE(restored.drop);
  EXPECT_TRUE(restored.untruthful) << restored.why;
}

TEST_F(RestoreWithoutScanTest, AnotherThreadScans) {
  settle(3);
  bool scanned = false;
  std::thread([&] { scanned = use_after_last_reading(3).scanned; }).join();
  EXPECT_TRUE(scanned);
}

TEST_F(RestoreWithoutScanTest, WhereFaultsAreNotCountedEachRestoreScans) {
  tools_.faults = FaultCount(false);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(use(3).scanned);
}

TEST_F(RestoreWithoutScanTest, DiscardedPagesAreForgotten) {
  settle(3);
  ASSERT_TRUE(memory_->discard_pages());
  history_.forget_pages();
  EXPECT_TRUE(use(9).scanned);
}

TEST(FaultCount, CountsHere) {
  const auto tested = test_fault_count();
  EXPECT_TRUE(tested) << tested.error().message();
}

TEST(MergedImage, IsTheSameWithoutADelta) {
  const std::vector<std::uint8_t> bytes(kHostPage, 9);
  const Delta::Source pages[] = {{3, bytes.data()}, {5, bytes.data()}};
  auto base = make_base();
  auto delta = Delta::create(*base, pages).value();
  const MemoryImage image(std::move(base), std::move(delta), {1, 2});
  EXPECT_EQ(image.merged(), nullptr);
  image.merge(MergeBudget(1));
  const MemoryImage* merged = image.merged();
  ASSERT_NE(merged, nullptr);
  EXPECT_EQ(merged->delta_pages(), 0U);
  EXPECT_EQ(merged->base()->size(), kSize);
  EXPECT_THAT(merged->globals(), testing::ElementsAre(1, 2));
  for (std::uint32_t page = 0; page < kPages; ++page)
    if (!merged->base()->is_zero(page))
      EXPECT_TRUE(image.page_equals(page, merged->base()->page(page))) << page;
    else
      EXPECT_TRUE(image.base()->is_zero(page)) << page;
}

TEST(MergedImage, TakesAPlaceOfTheBudgetAndGivesItBack) {
  const std::vector<std::uint8_t> bytes(kHostPage, 9);
  const Delta::Source pages[] = {{5, bytes.data()}};
  const auto make = [&] {
    auto base = make_base();
    auto delta = Delta::create(*base, pages).value();
    return std::make_unique<const MemoryImage>(std::move(base), std::move(delta),
                                               std::vector<std::uint64_t>{});
  };
  const MergeBudget budget(1);
  auto first = make();
  const auto second = make();
  first->merge(budget);
  second->merge(budget);
  EXPECT_NE(first->merged(), nullptr);
  EXPECT_EQ(second->merged(), nullptr);
  first.reset();
  second->merge(budget);
  EXPECT_NE(second->merged(), nullptr);
}

TEST_F(RestorePartsTest, AnOverwrittenCanaryDrops) {
  write_canary(*memory_, 7);
  EXPECT_TRUE(restore(tools_, *memory_, image_, 8, history_).drop);
}

TEST_F(RestorePartsTest, AnotherSizeDrops) {
  write_canary(*memory_, 7);
  ASSERT_TRUE(memory_->grow_to(2 * kSize));
  EXPECT_TRUE(restore(tools_, *memory_, image_, 7, history_).drop);
}

TEST_F(RestorePartsTest, AFailingScanDrops) {
  RestoreTools broken{.scan = PageScan(open("/dev/null", O_RDONLY | O_CLOEXEC)),
                      .faults = FaultCount(true)};
  write_canary(*memory_, 7);
  const Restored restored = restore(broken, *memory_, image_, 7, history_);
  EXPECT_TRUE(restored.drop);
  EXPECT_FALSE(test_page_scan(-1).has_value());
}

// The map of another process: the scan succeeds and reports nothing of ours.
TEST_F(RestorePartsTest, AScanThatMissesTheCanaryIsUntruthful) {
  madvise(memory_->canary(), kHostPage + kSize, MADV_DONTFORK);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pause();
    _exit(0);
  }
  const int other = open(fmt::format("/proc/{}/pagemap", child).c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(other, 0);
  RestoreTools blind{.scan = PageScan(other), .faults = FaultCount(true)};
  write_canary(*memory_, 7);
  const Restored restored = restore(blind, *memory_, image_, 7, history_);
  EXPECT_TRUE(restored.drop);
  EXPECT_TRUE(restored.untruthful) << restored.why;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(other);
}

TEST_F(RestorePartsTest, ALeaseThatTouchesFarMoreThanUsualIsTrimmed) {
  auto big = LinearMemory::reserve(1024 * kHostPage, 1024 * kHostPage, 0).value();
  const MemoryImage image(
      BaseMemory::create(1024 * kHostPage, [](MutableByteView) -> Result<void> { return {}; })
          .value(),
      nullptr, {});
  ASSERT_TRUE(big->map_image(image.base()->file()).has_value());
  for (const bool heavy : {false, true, false}) {
    write_canary(*big, 7);
    std::memset(big->base(), 1, (heavy ? 900 : 10) * kHostPage);
    const Restored restored = restore(tools_, *big, image, 7, history_);
    EXPECT_FALSE(restored.drop);
    EXPECT_EQ(restored.trimmed, heavy);
    EXPECT_EQ(restored.pages, heavy ? 900U : 10U);
    EXPECT_FALSE(image.first_difference(big->base()).has_value());
  }
}

TEST_F(RestorePartsTest, GrowthBeyondLimitAndCapacityIsRefusedAndRemembered) {
  memory_->set_limit(2 * kSize);
  EXPECT_TRUE(memory_->grow_to(2 * kSize));
  EXPECT_FALSE(memory_->growth_refused());
  EXPECT_FALSE(memory_->grow_to(2 * kSize + kHostPage));
  EXPECT_TRUE(memory_->growth_refused());
  memory_->clear_refusal();
  memory_->set_limit(0);
  EXPECT_FALSE(memory_->grow_to(5 * kSize));
  EXPECT_TRUE(memory_->grow_to(4 * kSize));
}

TEST_F(RestorePartsTest, AnonymousPagesAreThoseThatWereWritten) {
  memory_->base()[5 * kHostPage] = 1;
  const volatile std::uint8_t read = memory_->base()[3 * kHostPage];
  EXPECT_EQ(read, 0x33);
  const auto pages = anonymous_pages(pagemap_, memory_->base(), kPages).value();
  for (std::uint32_t page = 0; page < kPages; ++page) EXPECT_EQ(pages[page], page == 5) << page;
}

TEST(KeptMode, GoesOffForGoodAndSaysSo) {
  observe::MemoryLog log;
  auto mode = KeptMode::create(KeptMode::Wanted::IfTheKernelAllows, log).value();
  ASSERT_TRUE(mode->on()) << mode->why_off();
  mode->switch_off("page 3 differs");
  mode->switch_off("another");
  EXPECT_FALSE(mode->on());
  EXPECT_EQ(mode->why_off(), "page 3 differs");
  EXPECT_EQ(log.records().size(), 1U);
  EXPECT_EQ(log.records()[0].level, observe::Level::Error);
}

TEST(KeptMode, KnowsAForkedChild) {
  observe::MemoryLog log;
  auto mode = KeptMode::create(KeptMode::Wanted::No, log).value();
  EXPECT_FALSE(mode->on());
  EXPECT_FALSE(mode->forked());
  const pid_t child = fork();
  if (child == 0) _exit(mode->forked() ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace wws::wasm
