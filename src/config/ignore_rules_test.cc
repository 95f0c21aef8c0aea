#include "config/ignore_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::config {
namespace {

constexpr EntryKind kFile = EntryKind::File;
constexpr EntryKind kFolder = EntryKind::Folder;

IgnoreRules rules(std::string_view text) {
  IgnoreRules made;
  for (const Mistake& mistake : made.add_file(".wwsignore", text))
    ADD_FAILURE() << mistake.to_string();
  return made;
}

TEST(IgnoreRules, ReadsLinesAsGitDoes) {
  const IgnoreRules made = rules(
      "# comment\n"
      "\n"
      "*.test.js\n"
      "/dist\n"
      "lib/*.js  \r\n"
      "build/\n"
      "deep/**/x.js\n"
      "\\#literal.js\n"
      "blank\\ .js\n");
  EXPECT_TRUE(made.ignores("a.test.js", kFile));
  EXPECT_TRUE(made.ignores("sub/a.test.js", kFile));
  EXPECT_TRUE(made.ignores("dist", kFolder));
  EXPECT_FALSE(made.ignores("sub/dist", kFolder));
  EXPECT_TRUE(made.ignores("lib/a.js", kFile));
  EXPECT_FALSE(made.ignores("sub/lib/a.js", kFile));
  EXPECT_FALSE(made.ignores("lib/sub/a.js", kFile));
  EXPECT_TRUE(made.ignores("sub/build", kFolder));
  EXPECT_FALSE(made.ignores("build", kFile));
  EXPECT_TRUE(made.ignores("deep/x.js", kFile));
  EXPECT_TRUE(made.ignores("deep/a/b/x.js", kFile));
  EXPECT_TRUE(made.ignores("#literal.js", kFile));
  EXPECT_TRUE(made.ignores("blank .js", kFile));
  EXPECT_FALSE(made.ignores("index.js", kFile));
}

TEST(IgnoreRules, LetsTheLastMatchingLineDecide) {
  const IgnoreRules made = rules("*.js\n!keep.js\nsub/keep.js\n");
  EXPECT_TRUE(made.ignores("a.js", kFile));
  EXPECT_FALSE(made.ignores("keep.js", kFile));
  EXPECT_FALSE(made.ignores("other/keep.js", kFile));
  EXPECT_TRUE(made.ignores("sub/keep.js", kFile));
}

TEST(IgnoreRules, TakesAsTheyAreTheCharactersThatOnlyGlobsKnow) {
  const IgnoreRules made = rules("a{b,c}$.js\n[ab$]x.js\n");
  EXPECT_TRUE(made.ignores("a{b,c}$.js", kFile));
  EXPECT_FALSE(made.ignores("ab.js", kFile));
  EXPECT_TRUE(made.ignores("$x.js", kFile));
}

TEST(IgnoreRules, NamesTheLineThatItCannotRead) {
  IgnoreRules made;
  const Mistakes mistakes = made.add_file(".wwsignore", "*.js\n[a\nx**y\n../up\n/\n!\n");
  ASSERT_EQ(mistakes.size(), 5u);
  EXPECT_THAT(mistakes[0].to_string(), testing::StartsWith(".wwsignore:2: bad pattern"));
  EXPECT_EQ(mistakes[1].line, 3);
  EXPECT_EQ(mistakes[2].line, 4);
}

TEST(IgnoreRules, TakeGlobsToo) {
  IgnoreRules made = rules("!a.js\n");
  ASSERT_TRUE(made.add_glob("a.{js,wasm}"));
  ASSERT_TRUE(made.add_glob(""));
  EXPECT_FALSE(made.add_glob("[a"));
  EXPECT_TRUE(made.ignores("a.js", kFile)) << "a flag is not taken back by a file";
  EXPECT_TRUE(made.ignores("a.wasm", kFile));
  EXPECT_FALSE(made.ignores("b.js", kFile));
}

}  // namespace
}  // namespace wws::config
