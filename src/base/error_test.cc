#include <gtest/gtest.h>

#include "base/result.h"

namespace wws {
namespace {

Result<int> parse(bool good) {
  if (!good) return fail(ErrorKind::Invalid, "not a number");
  return 7;
}

Result<int> twice(bool good) {
  WWS_TRY(const int value, parse(good));
  return value * 2;
}

TEST(Result, TryPassesTheValueOn) { EXPECT_EQ(twice(true).value(), 14); }

TEST(Result, TryReturnsTheError) {
  const auto result = twice(false);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::Invalid);
}

TEST(Error, PrintsItsContextOutermostFirst) {
  const Error error =
      Error(ErrorKind::NotFound, "no such file").with_context("index.toml").with_context("project");
  EXPECT_EQ(error.to_string(), "project: index.toml: no such file");
}

}  // namespace
}  // namespace wws
