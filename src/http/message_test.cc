#include "http/message.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

TEST(Headers, FindsNamesInAnyCaseAndKeepsTheOneTheyCameWith) {
  Headers headers;
  headers.add("X-Thing", "1");
  headers.add("x-thing", "2");
  EXPECT_EQ(headers.find("X-THING"), "1");
  EXPECT_EQ(headers.begin()->name, "X-Thing");
  EXPECT_FALSE(headers.contains("X-Thin"));
  EXPECT_FALSE(headers.find("y").has_value());
}

TEST(Headers, SetReplacesEveryFieldOfThatName) {
  Headers headers;
  headers.add("a", "1");
  headers.add("b", "2");
  headers.add("A", "3");
  headers.set("A", "4");
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers.find("a"), "4");
  headers.remove("B");
  EXPECT_FALSE(headers.contains("b"));
}

TEST(Headers, LooksForTokensInEveryListOfThatName) {
  Headers headers;
  headers.add("Connection", "keep-alive , Upgrade");
  headers.add("connection", "\tx");
  EXPECT_TRUE(headers.has_token("connection", "upgrade"));
  EXPECT_TRUE(headers.has_token("connection", "x"));
  EXPECT_FALSE(headers.has_token("connection", "keep"));
  EXPECT_FALSE(headers.has_token("upgrade", "x"));
}

TEST(Message, KnowsTokensAndFieldValues) {
  EXPECT_TRUE(is_token("X-a_1!~"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
  EXPECT_FALSE(is_token("a:"));
  EXPECT_FALSE(is_token("\xc3\xa4"));
  EXPECT_TRUE(is_field_value("a\tb \xc3\xa4"));
  EXPECT_TRUE(is_field_value(""));
  EXPECT_FALSE(is_field_value("a\r\nSet-Cookie: b"));
  EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_field_value("\x7f"));
}

TEST(Message, SplitsATargetAtTheFirstQuestionMark) {
  RequestHead head;
  head.target = "/a%3Fb?c=d?e";
  EXPECT_EQ(head.path(), "/a%3Fb");
  EXPECT_EQ(head.query(), "c=d?e");
  head.target = "/a";
  EXPECT_EQ(head.path(), "/a");
  EXPECT_EQ(head.query(), "");
}

TEST(Message, KnowsStatuses) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(299), "");
  for (const int status : {100, 101, 199, 204, 304})
    EXPECT_FALSE(status_has_body(status)) << status;
  for (const int status : {200, 206, 302, 404, 500}) EXPECT_TRUE(status_has_body(status)) << status;
}

}  // namespace
}  // namespace wws::http
