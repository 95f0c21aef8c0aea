#include "config/origin.h"

#include <gtest/gtest.h>

namespace wws::config {
namespace {

TEST(Origin, IsWrittenAsBrowsersSendIt) {
  EXPECT_EQ(parse_origin("https://a.example"), "https://a.example");
  EXPECT_EQ(parse_origin("HTTPS://A.Example:8443"), "https://a.example:8443");
  EXPECT_EQ(parse_origin("https://a.example:443"), "https://a.example");
  EXPECT_EQ(parse_origin("http://a.example:80"), "http://a.example");
  EXPECT_EQ(parse_origin("http://a.example:443"), "http://a.example:443");
  EXPECT_EQ(parse_origin("http://[::1]:8080"), "http://[::1]:8080");
  EXPECT_EQ(parse_origin("chrome-extension://abcdef"), "chrome-extension://abcdef");
  EXPECT_EQ(parse_origin("*"), "*");
}

TEST(Origin, IsNothingElse) {
  for (const char* text :
       {"", "a.example", "https://", "https://a.example/", "https://a.example/path", "https://a b",
        "https://a,https://b", "https://a:0", "https://a:x", "https://a:70000", "https://a:",
        "https://*.example", "://a", "https://user@a", "https://::1", "null", "https://a\n"})
    EXPECT_FALSE(parse_origin(text)) << text;
}

}  // namespace
}  // namespace wws::config
