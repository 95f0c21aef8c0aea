#include "config/nearest.h"

#include <gtest/gtest.h>

#include <string>

namespace wws::config {
namespace {

constexpr std::string_view kKnown[] = {"name", "vars", "version", "allowed_hosts",
                                       "allowed_methods"};

TEST(Nearest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("nmae", kKnown), "name");
  EXPECT_EQ(nearest("var", kKnown), "vars");
  EXPECT_EQ(nearest("verison", kKnown), "version");
  EXPECT_EQ(nearest("allowed_host", kKnown), "allowed_hosts");
  EXPECT_EQ(nearest("alowed-method", kKnown), "allowed_methods");
  EXPECT_EQ(nearest("name", kKnown), "name");
}

TEST(Nearest, SaysNothingWhenNoneIsNear) {
  EXPECT_EQ(nearest("author", kKnown), "");
  EXPECT_EQ(nearest("", kKnown), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kKnown), "");
  EXPECT_EQ(nearest("x", std::span<const std::string_view>()), "");
}

}  // namespace
}  // namespace wws::config
