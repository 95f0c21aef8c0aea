#include "admin/query.h"

#include <gtest/gtest.h>

namespace wws::admin {
namespace {

TEST(Query, DecodesAsAFormDoes) {
  EXPECT_EQ(query_text("a=1&contains=b+c%26d", "contains"), "b c&d");
  EXPECT_EQ(query_text("a=1", "b"), "");
  EXPECT_EQ(query_text("a", "a"), "");
  EXPECT_EQ(query_text("&&=x&a=%zz", "a"), "%zz");
}

TEST(Query, NumbersAreBounded) {
  EXPECT_EQ(query_number("", "after", 5, 10).value(), 5u);
  EXPECT_EQ(query_number("after=7", "after", 5, 10).value(), 7u);
  for (const char* query :
       {"after=11", "after=-1", "after=x", "after=7x", "after=99999999999999999999999"}) {
    const auto number = query_number(query, "after", 5, 10);
    ASSERT_FALSE(number.has_value()) << query;
    EXPECT_NE(number.error().message().find("`after`"), std::string::npos);
  }
}

}  // namespace
}  // namespace wws::admin
