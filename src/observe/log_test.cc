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

TEST(Log, AGuestsTextCannotBeReadAsFields) {
  EXPECT_EQ(text_record(Level::Info, "hello", {{"worker", "a.js"}}), "INFO  hello worker=a.js");
  EXPECT_EQ(text_record(Level::Info, "hello worker=b.js", {{"worker", "a.js"}}),
            "INFO  \"hello worker=b.js\" worker=a.js");
  EXPECT_EQ(text_record(Level::Info, "worker=b.js\" route=\"/x", {}),
            "INFO  \"worker=b.js\\\" route=\\\"/x\"");
  EXPECT_EQ(text_record(Level::Info, "\"hello", {}), "INFO  \"\\\"hello\"");
  // A backslash cannot take the closing quote with it.
  EXPECT_EQ(text_record(Level::Info, "a=b\\", {}), "INFO  \"a=b\\\\\"");
  // What no reader takes for a field stays as it is.
  EXPECT_EQ(text_record(Level::Info, "1 + 1 == 2, evaluate = \"once\"", {}),
            "INFO  1 + 1 == 2, evaluate = \"once\"");
}

TEST(Log, AFieldsValueEndsWhereItEnds) {
  EXPECT_EQ(text_record(Level::Warn, "t", {{"label", "a\" route=\"/b"}, {"empty", ""}}),
            "WARN  t label=\"a\\\" route=\\\"/b\" empty=\"\"");
}

TEST(Log, FurtherLinesAreIndented) {
  EXPECT_EQ(text_record(Level::Error, "first\nINFO  forged", {{"stack", "    at f (a.js:1:2)"}}),
            "ERROR first\n    INFO  forged\n        at f (a.js:1:2)");
}

TEST(Log, EscapesWhatTurnsTextAround) {
  EXPECT_EQ(escape_for_log("a\u202eb\u2028c\u2066"), "a\\u202eb\\u2028c\\u2066");
  EXPECT_EQ(escape_for_log("…“”—"), "…“”—");
}

}  // namespace
}  // namespace wws::observe
