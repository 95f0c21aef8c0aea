#include "observe/log.h"

#include <gtest/gtest.h>

namespace wws::observe {
namespace {

TEST(Log, ParsesEveryLevelItPrints) {
  for (const Level level :
       {Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Off})
    EXPECT_EQ(parse_level(to_string(level)).value(), level);
}

TEST(Log, NamesTheChoicesForAnUnknownLevel) {
  const auto level = parse_level("loud");
  ASSERT_FALSE(level.has_value());
  EXPECT_NE(level.error().message().find("'loud'"), std::string::npos);
  EXPECT_NE(level.error().message().find("debug"), std::string::npos);
}

TEST(Log, AGuestCannotForgeALine) {
  EXPECT_EQ(escape_for_log("a\nb\x1b[2Jc"), "a\\nb\\x1b[2Jc");
  EXPECT_EQ(escape_for_log("\xc2\x9b"
                           "1m"),
            "\\xc2\\x9b1m");
}

TEST(Log, KeepsTextOfOtherLanguages) { EXPECT_EQ(escape_for_log("grüße 🚀"), "grüße 🚀"); }

TEST(Log, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(escape_for_log("\xff"
                           "a\xc0\xaf"),
            "\\xffa\\xc0\\xaf");
}

}  // namespace
}  // namespace wws::observe
