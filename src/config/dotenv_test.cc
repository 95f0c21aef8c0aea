#include "config/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

std::vector<std::string> mistakes(std::string_view text) {
  std::vector<std::string> lines;
  for (const Mistake& mistake : parse_dotenv(".env", text).mistakes)
    lines.push_back(mistake.to_string());
  return lines;
}

TEST(Dotenv, ReadsPlainAndQuotedValues) {
  const Dotenv env = parse_dotenv(".env",
                                  "# comment\n"
                                  "\n"
                                  "A=one\n"
                                  "  export B = two words # comment\r\n"
                                  "C='as $it \\n is # here'\n"
                                  "D=\"line\\nbreak \\\"quoted\\\" \\$5 \\x\" # comment\n"
                                  "E=\n"
                                  "F=a#b\n"
                                  "G=#nothing");
  EXPECT_THAT(env.mistakes, IsEmpty());
  EXPECT_THAT(env.variables, ElementsAre(Pair("A", "one"), Pair("B", "two words"),
                                         Pair("C", "as $it \\n is # here"),
                                         Pair("D", "line\nbreak \"quoted\" $5 \\x"), Pair("E", ""),
                                         Pair("F", "a#b"), Pair("G", "")));
}

TEST(Dotenv, LetsQuotedValuesSpanLines) {
  const Dotenv env = parse_dotenv(".env", "KEY='one\ntwo'\nbad line\nAFTER=x\n");
  EXPECT_THAT(env.variables, ElementsAre(Pair("AFTER", "x"), Pair("KEY", "one\ntwo")));
  ASSERT_EQ(env.mistakes.size(), 1u);
  EXPECT_EQ(env.mistakes[0].line, 3);
}

TEST(Dotenv, SkipsAByteOrderMarkAndCountsTheLastOfTwo) {
  EXPECT_THAT(parse_dotenv(".env",
                           "\xef\xbb\xbf"
                           "A=1\nA=2\n")
                  .variables,
              ElementsAre(Pair("A", "2")));
}

TEST(Dotenv, NamesTheLineOfEveryMistakeAndGoesOn) {
  EXPECT_THAT(
      mistakes("just words\n1A=x\nA B=x\nC='open\nD=\"x\" y\nE=\xff\nF=fine\n"),
      ElementsAre(".env:1: is no variable: write NAME=value, or '#' before a comment",
                  HasSubstr(".env:2: a variable's name"), HasSubstr(".env:3: a variable's name"),
                  ".env:4: C: its value begins with ' and does not end with it",
                  ".env:5: D: only a comment may stand behind the quoted value",
                  HasSubstr(".env:6: E: its value must be UTF-8")));
  EXPECT_THAT(parse_dotenv(".env", "A='open\nF=fine\n").variables, ElementsAre(Pair("F", "fine")));
}

TEST(Dotenv, NeverRepeatsAValue) {
  for (const char* text : {"secret\n", "1=secret\n", "se cret=x\n", "A='secret\n",
                           "A=\"secret\" secret\n", "A=secret\xff\n"})
    for (const std::string& line : mistakes(text))
      EXPECT_THAT(line, Not(HasSubstr("cret"))) << text;
}

}  // namespace
}  // namespace wws::config
