#include "config/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::config {
namespace {

bool matches(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::create(pattern);
  EXPECT_TRUE(glob) << pattern;
  return glob && glob->matches(path);
}

struct Case {
  std::string_view pattern;
  std::vector<std::string_view> yes;
  std::vector<std::string_view> no;
};

TEST(Glob, MatchesWholePaths) {
  const Case cases[] = {
      {"a.js", {"a.js"}, {"b.js", "x/a.js", "a.jsx", "A.js", "a.js/b"}},
      {"*.js", {"a.js", ".js"}, {"x/a.js", "a.json"}},
      {"a*b*c", {"abc", "aXbYc", "abbcc"}, {"ab", "acb", "a/bc"}},
      {"$.js", {"a.js"}, {"x/a.js"}},
      {"?.js", {"a.js", "\xc3\xa9.js"}, {"ab.js", ".js"}},
      {"target/**", {"target/a", "target/a/b", "target"}, {"x/target/a", "targets/a"}},
      {"**/node_modules/**", {"node_modules/a", "x/y/node_modules/a/b"}, {"x/node_module/a"}},
      {"**/*.test.js", {"a.test.js", "x/y/a.test.js"}, {"x/a.js"}},
      {"a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"a", "b", "a/b/c", "ab"}},
      {"**", {"a", "a/b/c"}, {}},
      {"**/**/a", {"a", "x/a"}, {"a/x"}},
      {"{a,b/c}.js", {"a.js", "b/c.js"}, {"b.js", "c.js", "a,b/c.js"}},
      {"x{,y,{1,2}z}", {"x", "xy", "x1z", "x2z"}, {"xz", "x3z"}},
      {"{a,b}{c,d}", {"ac", "ad", "bc", "bd"}, {"ab", "a"}},
      {"[a-cx].js", {"a.js", "c.js", "x.js"}, {"d.js", "-.js", "ab.js"}},
      {"[!a-c].js", {"d.js", "\xc3\xa9.js"}, {"a.js", ".js", "/.js"}},
      {"[\\]-].js", {"].js", "-.js"}, {"a.js"}},
      {"[{},]", {"{", "}", ","}, {"a"}},
      {"\\*\\[id\\].js", {"*[id].js"}, {"x[id].js", "*i.js"}},
      {"\\{a,b\\}", {"{a,b}"}, {"a", "b"}},
      {"./a/", {"a"}, {"./a", "a/b"}},
      {"caf\xc3\xa9/*", {"caf\xc3\xa9/x"}, {"cafe/x"}},
  };
  for (const Case& test : cases) {
    for (const auto path : test.yes)
      EXPECT_TRUE(matches(test.pattern, path)) << test.pattern << " " << path;
    for (const auto path : test.no)
      EXPECT_FALSE(matches(test.pattern, path)) << test.pattern << " " << path;
  }
}

TEST(Glob, ComparesNamesThatAreNotUtf8ByteByByte) {
  EXPECT_TRUE(matches("?\xff", "a\xff"));
  EXPECT_FALSE(matches("\xff", "\xfe"));
  EXPECT_TRUE(matches("\xc3", "\xc3"));
  EXPECT_FALSE(matches("a/b",
                       "a\xc0\xaf"
                       "b"));
}

TEST(Glob, SaysWhatIsWrongWithAPattern) {
  const std::pair<std::string, std::string> cases[] = {
      {"{a", "'{' is not closed"},
      {"a}", "'}' has no '{'"},
      {"[a", "needs characters and"},
      {"[]", "needs characters and"},
      {"[\\]", "needs characters and"},
      {"[", "needs characters and"},
      {"[!]", "a class is empty"},
      {"[z-a]", "goes backwards"},
      {"a]", "']' has no '['"},
      {"a**", "component of its own"},
      {"**.js", "component of its own"},
      {"a\\", "'\\' ends it"},
      {"/a", "relative to the project"},
      {"a//b", "relative to the project"},
      {"../a", "relative to the project"},
      {"", "relative to the project"},
      {"<a:1,2>", "not supported"},
      {"(?i)a", "not supported"},
      {"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 256 alternatives"},
  };
  for (const auto& [pattern, why] : cases) {
    const auto glob = Glob::create(pattern);
    ASSERT_FALSE(glob) << pattern;
    EXPECT_EQ(glob.error().kind(), ErrorKind::Invalid);
    EXPECT_THAT(glob.error().to_string(),
                testing::AllOf(testing::StartsWith("bad pattern '" + pattern + "': "),
                               testing::HasSubstr(why)));
  }
}

TEST(Glob, TakesNoExponentialTime) {
  std::string stars;
  for (int i = 0; i < 100; ++i) stars += "*a";
  EXPECT_FALSE(matches(stars + "b", std::string(1'000, 'a')));
  std::string trees;
  std::string path = "a";
  for (int i = 0; i < 100; ++i) trees += "**/a/";
  for (int i = 0; i < 300; ++i) path += "/a";
  EXPECT_FALSE(matches(trees + "b", path));
  EXPECT_TRUE(matches(trees + "a", path));
}

}  // namespace
}  // namespace wws::config
