#include "abi/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::abi {
namespace {

using testing::HasSubstr;

TEST(Trace, ReadsTheFramesOfAScript) {
  const auto frames = parse_stack(
      "    at inner (api/[id].js:3:14)\n    at <anonymous> (native)\n    at index.js:1:2\n"
      "no frame\n");
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].function, "inner");
  EXPECT_EQ(frames[0].file, "api/[id].js");
  EXPECT_EQ(frames[0].line, 3);
  EXPECT_EQ(frames[0].column, 14);
  EXPECT_EQ(frames[1].file, "");
  EXPECT_EQ(frames[2].function, "");
  EXPECT_EQ(frames[2].line, 1);
  EXPECT_EQ(first_place(frames), &frames[0]);
}

TEST(Trace, ReadsTheFramesOfAWasmModule) {
  const auto frames = parse_stack(
      "error while executing at wasm backtrace:\n    0:     0x1b2 - hello.wasm!crash\n"
      "                    at /src/hello.c:3:5\n    1:     0x20f - <unknown>!_start\n");
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].function, "crash");
  EXPECT_EQ(frames[0].file, "/src/hello.c");
  EXPECT_EQ(frames[0].line, 3);
  EXPECT_EQ(frames[1].function, "_start");
}

TEST(Trace, AStackIsTheGuestsAndMayBeAnything) {
  std::string long_one;
  for (int i = 0; i < 1000; ++i) long_one += "    at f (a.js:1:1)\n";
  EXPECT_LE(parse_stack(long_one).size(), 64u);
  for (const char* text : {"at ", "at (", "at :::", "at f (", "at )", "9999999999999999999: - ",
                           "at x:99999999999999999999:1", "0:", "at f (a.js:-3:0)", "at a:0:0"})
    for (const Frame& frame : parse_stack(text)) EXPECT_GE(frame.line, 0) << text;
}

TEST(Trace, AnExcerptMarksItsLineAndColumn) {
  const auto excerpt = make_excerpt("a.js", "one\ntwo\n\tthree()\nfour\nfive\n\n\nlast", 3, 2);
  ASSERT_TRUE(excerpt);
  EXPECT_EQ(to_text(*excerpt),
            "  1 | one\n  2 | two\n> 3 |   three()\n    |   ^\n  4 | four\n  5 | five\n");
}

TEST(Trace, AnExcerptOfALineThatIsNotThereIsNothing) {
  EXPECT_FALSE(make_excerpt("a.js", "one\ntwo", 4, 1));
  EXPECT_FALSE(make_excerpt("a.js", "", 1, 1));
  EXPECT_FALSE(make_excerpt("a.js", "one", 0, 0));
  EXPECT_TRUE(make_excerpt("a.js", "one\ntwo", 2, 99));
  // A syntax error at the end of a file is behind its last line.
  EXPECT_TRUE(make_excerpt("a.js", "one\ntwo", 3, 1));
}

TEST(Trace, ALongLineIsCutAroundItsColumn) {
  const std::string line = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  const auto excerpt = make_excerpt("a.js", line, 1, 5001);
  ASSERT_TRUE(excerpt);
  EXPECT_LT(excerpt->lines[0].size(), 200u);
  EXPECT_THAT(excerpt->lines[0], HasSubstr("HERE"));
  const std::string text = to_text(*excerpt);
  // The mark stands below the H: both are counted in characters, the ellipsis is one.
  const std::string shown = excerpt->lines[0];
  EXPECT_EQ(static_cast<int>(shown.find("HERE")) - 2 + 1, excerpt->column);
  EXPECT_THAT(text, HasSubstr("^"));
}

TEST(Trace, CutsBetweenCharactersOnly) {
  std::string line;
  for (int i = 0; i < 400; ++i) line += "ä";
  for (const int column : {1, 201, 400, 799}) {
    const auto excerpt = make_excerpt("a.js", line, 1, column);
    ASSERT_TRUE(excerpt);
    std::string shown = excerpt->lines[0];
    for (std::size_t at; (at = shown.find("…")) != std::string::npos;) shown.erase(at, 3);
    for (std::size_t i = 0; i + 1 < shown.size(); i += 2) EXPECT_EQ(shown.substr(i, 2), "ä");
    EXPECT_EQ(shown.size() % 2, 0u);
  }
}

}  // namespace
}  // namespace wws::abi
