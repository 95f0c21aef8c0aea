#include "http/websocket/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace wws::http::websocket {
namespace {

// Whole, and byte by byte: where the first wrong byte is, or the size.
std::size_t good_bytes(std::string_view text) {
  Utf8Check check;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!check.add(text.substr(i, 1))) return i;
  return text.size();
}

bool is_utf8(std::string_view text) {
  Utf8Check whole;
  const bool good = whole.add(text) && whole.is_complete();
  Utf8Check parts;
  bool same = true;
  for (const char& byte : text) same = same && parts.add({&byte, 1});
  EXPECT_EQ(good, same && parts.is_complete());
  return good;
}

TEST(Utf8Check, TakesWhatIsUtf8) {
  for (const std::string_view text :
       {"", "plain text that is longer than a word", "κόσμε", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xe0\xa0\x80",
        "\xc2\x80", "\xdf\xbf", "\xef\xbb\xbf with a mark"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8Check, RefusesWhatIsNot) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc2",
        "eight plain bytes, then \xe2\x82", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

TEST(Utf8Check, FindsTheFirstWrongByte) {
  EXPECT_EQ(good_bytes("ab\xf4\x90\x80\x80"), 3u);
  EXPECT_EQ(good_bytes("ab\xed\xa0\x80"), 3u);
  EXPECT_EQ(good_bytes("ab\xc0\x80"), 2u);
  EXPECT_EQ(good_bytes("ab\xe2\x82z"), 4u);
}

}  // namespace
}  // namespace wws::http::websocket
