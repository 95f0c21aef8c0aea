#include "worker/image_budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace wws::worker {
namespace {

class Thing final : public Evictable {
 public:
  explicit Thing(ImageBudget& budget) : Evictable(budget) {}
  ~Thing() override { leave_budget(); }
  [[nodiscard]] int evicted() const { return evicted_; }

 private:
  void evict() noexcept override { ++evicted_; }
  std::atomic<int> evicted_{0};
};

TEST(ImageBudget, EvictsNothingWithinItself) {
  ImageBudget budget(100);
  Thing a(budget);
  Thing b(budget);
  budget.admit(a, 50);
  EXPECT_FALSE(budget.has_room_ahead());
  budget.admit(b, 50);
  budget.admit(b, 50);
  EXPECT_EQ(budget.used(), 100u);
  EXPECT_EQ(a.evicted() + b.evicted(), 0);
}

TEST(ImageBudget, EvictsWhatWasNotUsedFirst) {
  ImageBudget budget(100);
  Thing a(budget);
  Thing b(budget);
  Thing c(budget);
  Thing d(budget);
  budget.admit(a, 40);
  budget.admit(b, 40);
  budget.admit(c, 40);  // all were used: the oldest goes, the marks are gone
  EXPECT_EQ(a.evicted(), 1);
  b.mark_used();
  budget.admit(d, 40);
  EXPECT_EQ(b.evicted(), 0);
  EXPECT_EQ(c.evicted(), 1);
  EXPECT_EQ(d.evicted(), 0);
  EXPECT_EQ(budget.used(), 80u);
  EXPECT_EQ(budget.evictions(), 2u);
  budget.admit(a, 40);
  EXPECT_EQ(a.evicted(), 1);
}

TEST(ImageBudget, KeepsTheNewestHoweverLarge) {
  ImageBudget budget(100);
  Thing small(budget);
  Thing large(budget);
  budget.admit(small, 10);
  budget.admit(large, 1000);
  EXPECT_EQ(small.evicted(), 1);
  EXPECT_EQ(large.evicted(), 0);
  Thing next(budget);
  budget.admit(next, 10);
  EXPECT_EQ(large.evicted(), 1);
  EXPECT_EQ(budget.used(), 10u);
}

TEST(ImageBudget, ForgetsWhatGoesAway) {
  ImageBudget budget(100);
  auto a = std::make_unique<Thing>(budget);
  Thing b(budget);
  budget.admit(*a, 90);
  a.reset();
  EXPECT_EQ(budget.used(), 0u);
  budget.admit(b, 90);
  EXPECT_EQ(b.evicted(), 0);
}

TEST(ImageBudget, OfNothingHasNoBound) {
  ImageBudget budget(0);
  Thing a(budget);
  Thing b(budget);
  budget.admit(a, UINT64_MAX / 4);
  budget.admit(b, UINT64_MAX / 4);
  EXPECT_TRUE(budget.has_room_ahead());
  EXPECT_EQ(a.evicted() + b.evicted(), 0);
}

TEST(ImageBudget, HoldsForSeveralThreads) {
  ImageBudget budget(1000);
  std::vector<std::unique_ptr<Thing>> things;
  for (int i = 0; i < 200; ++i) things.push_back(std::make_unique<Thing>(budget));
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < 2000; ++i) {
          Thing& thing = *things[(i * 7 + t * 31) % things.size()];
          thing.mark_used();
          budget.admit(thing, 10);
        }
      });
  }
  EXPECT_LE(budget.used(), 1000u);
  things.clear();
  EXPECT_EQ(budget.used(), 0u);
}

}  // namespace
}  // namespace wws::worker
