#include "sourcemap/stack.h"

#include <gtest/gtest.h>

namespace wws::sourcemap {
namespace {

SourceMap map_of_two_lines() {
  // Line 1 from column 5 on is a.ts 7:3; line 2 comes from nothing.
  auto map = SourceMap::parse(R"({"version":3,"sources":["a.ts"],"mappings":"IAME;"})");
  EXPECT_TRUE(map.has_value());
  return map ? std::move(*map) : SourceMap();
}

TEST(Stack, ReadsFramesWithAndWithoutAName) {
  const auto named = parse_frame("    at get user (api/[id].ts:12:3)");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->name, "get user");
  EXPECT_EQ(named->file, "api/[id].ts");
  EXPECT_EQ(named->at, (Position{12, 3}));
  const auto plain = parse_frame("    at a:b.js:1:2");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->name, "");
  EXPECT_EQ(plain->file, "a:b.js");
}

TEST(Stack, TakesOtherLinesForNoFrames) {
  for (const std::string_view line :
       {"Error: x", "", "    at f (native)", "    at f (a.js:1)", "    at f (a.js:1:)",
        "    at f (a.js:x:1)", "    at f (:1:2)", "at f (a.js:1:2)",
        "    at f (a.js:99999999999:1)"})
    EXPECT_EQ(parse_frame(line), std::nullopt) << line;
}

TEST(Stack, MapsFramesOfTheScriptAndLeavesOthers) {
  EXPECT_EQ(map_stack("Error: at f (b.js:1:5)\n    at f (b.js:1:5)\n    at b.js:1:9\n"
                      "    at wrapped (b.js:2:1)\n    at g (c.js:1:5)\n[cause]: Error: y\n"
                      "    at h (b.js:1:6)",
                      "b.js", map_of_two_lines()),
            "Error: at f (b.js:1:5)\n    at f (a.ts:7:3)\n    at a.ts:7:3\n"
            "    at g (c.js:1:5)\n[cause]: Error: y\n    at h (a.ts:7:3)");
}

TEST(Stack, KeepsTextsWithoutFramesAsTheyAre) {
  for (const std::string_view text : {"", "one line", "two\nlines\n", "\n\nempty"})
    EXPECT_EQ(map_stack(text, "b.js", map_of_two_lines()), text);
}

TEST(Excerpt, ShowsTheLineAndItsNeighbours) {
  EXPECT_EQ(excerpt("one\ntwo\n\tthree;\nfour\nfive", {3, 2}, 1),
            "    2 | two\n"
            "  > 3 |  three;\n"
            "      |  ^\n"
            "    4 | four\n");
}

TEST(Excerpt, ShowsASingleLine) {
  EXPECT_EQ(excerpt_of_line("let y = ;", {12, 9}),
            "  > 12 | let y = ;\n"
            "       |         ^\n");
}

TEST(Excerpt, AlignsNumbersAndEndsWithTheText) {
  EXPECT_EQ(excerpt("1\n2\n3\n4\n5\n6\n7\n8\n\n10\r\n", {10, 3}, 1),
            "     9 |\n"
            "  > 10 | 10\n"
            "       |   ^\n");
}

TEST(Excerpt, IsEmptyWhereThereIsNoSuchLine) {
  EXPECT_EQ(excerpt("one\n", {3, 1}, 1), "");
  EXPECT_EQ(excerpt("", {1, 1}, 1), "");
}

TEST(Excerpt, CutsLongLinesAtACharacter) {
  const std::string line = std::string(119, 'a') + "\xc3\xa9" + std::string(50, 'b');
  EXPECT_EQ(excerpt(line, {1, 150}, 0), "  > 1 | " + std::string(119, 'a') + "\n");
}

}  // namespace
}  // namespace wws::sourcemap
