#include "worker/body_budget.h"

#include <gtest/gtest.h>

#include <optional>

namespace wws::worker {
namespace {

TEST(BodyBudget, IsSharedAndGivenBack) {
  BodyBudget budget(10);
  std::optional<BodyBudget::Share> first(budget);
  EXPECT_TRUE(first->take(4));
  EXPECT_TRUE(first->take(4));
  BodyBudget::Share second(budget);
  EXPECT_FALSE(second.take(3));
  EXPECT_TRUE(second.take(2)) << "what was refused is not held";
  EXPECT_FALSE(first->take(1));
  first.reset();
  EXPECT_TRUE(second.take(8));
}

}  // namespace
}  // namespace wws::worker
