#include "config/units.h"

#include <gtest/gtest.h>

namespace wws::config {
namespace {

using namespace std::chrono_literals;

TEST(ParseSize, KnowsDecimalAndBinaryUnits) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("65536"), 65536u);
  EXPECT_EQ(parse_size("1b"), 1u);
  EXPECT_EQ(parse_size("2K"), 2048u);
  EXPECT_EQ(parse_size("64KB"), 64'000u);
  EXPECT_EQ(parse_size("64 kib"), 65'536u);
  EXPECT_EQ(parse_size("64MB"), 64'000'000u);
  EXPECT_EQ(parse_size("128MiB"), 134'217'728u);
  EXPECT_EQ(parse_size("4GiB"), 4'294'967'296u);
  EXPECT_EQ(parse_size("18446744073709551615"), 18446744073709551615u);
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* bad : {"", "MB", "-1", "+1", " 1", "1 ", "1  MB", "1.5MB", "1TB", "0x10", "1MBs",
                          "18446744073709551616", "18446744073709551615KB"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(ParseDuration, KnowsItsUnits) {
  EXPECT_EQ(parse_duration("250"), 250ms);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("2 S"), 2s);
  EXPECT_EQ(parse_duration("3m"), 3min);
  EXPECT_EQ(parse_duration("24h"), 24h);
  EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(ParseDuration, RefusesWhatIsNoDurationOrTooLong) {
  for (const char* bad :
       {"", "s", "-1s", "1us", "1.5s", "25h", "86400001", "9223372036854775808ms"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace wws::config
