#include "sourcemap/source_map.h"

#include <gtest/gtest.h>

namespace wws::sourcemap {
namespace {

SourceMap parsed(std::string_view json) {
  auto map = SourceMap::parse(json);
  EXPECT_TRUE(map.has_value()) << (map ? "" : map.error().to_string());
  return map ? std::move(*map) : SourceMap();
}

// Line 1 column 5 is a.ts 1:1, column 10 is b.ts 3:2, column 20 comes from nothing; line 3 column 1
// is a.ts 2:1.
constexpr std::string_view kMap =
    R"({"version":3,"sources":["a.ts","lib/b.ts"],"sourcesContent":["one\ntwo\n",null],)"
    R"("names":[],"mappings":"IAAA,KCEC,U;;ADDD"})";

TEST(SourceMap, FindsTheSegmentThatAPositionIsIn) {
  const SourceMap map = parsed(kMap);
  EXPECT_EQ(map.find({1, 5}), (Original{"a.ts", {1, 1}}));
  EXPECT_EQ(map.find({1, 9}), (Original{"a.ts", {1, 1}}));
  EXPECT_EQ(map.find({1, 10}), (Original{"lib/b.ts", {3, 2}}));
  EXPECT_EQ(map.find({3, 1}), (Original{"a.ts", {2, 1}}));
  EXPECT_EQ(map.find({3, 80}), (Original{"a.ts", {2, 1}}));
}

TEST(SourceMap, HasNothingForWhatNoSourceMade) {
  const SourceMap map = parsed(kMap);
  EXPECT_EQ(map.find({1, 4}), std::nullopt) << "before the first segment";
  EXPECT_EQ(map.find({1, 20}), std::nullopt) << "a segment without a source";
  EXPECT_EQ(map.find({2, 1}), std::nullopt) << "a line without segments";
  EXPECT_EQ(map.find({4, 1}), std::nullopt) << "behind the end";
  EXPECT_EQ(map.find({0, 1}), std::nullopt);
  EXPECT_EQ(map.find({1, 0}), std::nullopt);
  EXPECT_EQ(SourceMap().find({1, 1}), std::nullopt);
}

TEST(SourceMap, GivesTheTextsThatItCarries) {
  const SourceMap map = parsed(kMap);
  EXPECT_EQ(map.text_of("a.ts"), "one\ntwo\n");
  EXPECT_EQ(map.text_of("lib/b.ts"), std::nullopt);
  EXPECT_EQ(map.text_of("c.ts"), std::nullopt);
}

TEST(SourceMap, ReadsNamesRootsAndLargeNumbers) {
  // "ggggggC" is 2^25; the fifth field is a name.
  const SourceMap map = parsed(
      R"({"version":3,"sourceRoot":"src/","sources":["%5Ba%5D.ts"],"names":["x"],"mappings":"AAgggggCAA"})");
  ASSERT_EQ(map.sources(), std::vector<std::string>{"src/[a].ts"});
  EXPECT_EQ(map.find({1, 1}), (Original{"src/[a].ts", {(1u << 25) + 1, 1}}));
}

TEST(SourceMap, RefusesWhatIsNone) {
  for (const std::string_view json : {
           "", "[]", "{}", R"({"version":2,"sources":[],"mappings":""})",
           R"({"version":3,"mappings":""})", R"({"version":3,"sources":[],"mappings":1})",
           R"({"version":3,"sections":[]})",
           R"({"version":3,"sources":["a"],"mappings":"AC"})",    // cut short
           R"({"version":3,"sources":["a"],"mappings":"ACAA"})",  // a source that is not there
           R"({"version":3,"sources":["a"],"mappings":"DAAA"})",  // a column below 0
           R"({"version":3,"sources":["a"],"mappings":"A!AA"})",  // no digit
           R"({"version":3,"sources":["a"],"mappings":"gggggggggA"})",  // too long a number
           R"({"version":3,"sources":["a"],"mappings":"AAAAAA"})",      // six fields
       }) {
    const auto map = SourceMap::parse(json);
    ASSERT_FALSE(map.has_value()) << json;
    EXPECT_EQ(map.error().kind(), ErrorKind::Invalid) << json;
  }
}

TEST(SourceMap, TakesFieldsOfAnyType) {
  const SourceMap map =
      parsed(R"({"version":3,"sources":[null,1],"sourcesContent":{},"mappings":"AAAA"})");
  EXPECT_EQ(map.find({1, 1}), (Original{"", {1, 1}}));
}

}  // namespace
}  // namespace wws::sourcemap
