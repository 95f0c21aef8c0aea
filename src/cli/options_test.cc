#include "cli/options.h"

#include <gtest/gtest.h>

namespace wws::cli {
namespace {

std::variant<Options, Exit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "wws");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Options, HaveTheDefaultsOfTheOriginal) {
  const auto options = std::get<Options>(parse({}));
  EXPECT_EQ(options.path, ".");
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 8080);
  EXPECT_FALSE(options.allow_outside_folders);
  EXPECT_TRUE(std::get<Options>(parse({"--allow-outside-folders"})).allow_outside_folders);
}

TEST(Options, AListFlagTakesOneValueEachTime) {
  const auto options = std::get<Options>(parse({"--ignore", "a/**", "--ignore", "b/**", "site"}));
  EXPECT_EQ(options.ignore, (std::vector<std::string>{"a/**", "b/**"}));
  EXPECT_EQ(options.path, "site");
}

TEST(Options, AMistakeNamesItselfAndEndsWithTwo) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"--port", "70000"}, {"--nope"}, {"--log-level", "loud"}, {"--max-body", "ten"}}) {
    const auto exit = std::get<Exit>(parse(arguments));
    EXPECT_EQ(exit.code, 2) << arguments[0];
    EXPECT_NE(exit.text.find(arguments.back()), std::string::npos) << exit.text;
  }
}

TEST(Options, VersionAndHelpEndWithZero) {
  EXPECT_EQ(std::get<Exit>(parse({"-V"})).code, 0);
  EXPECT_NE(std::get<Exit>(parse({"-h"})).text.find("--prefix"), std::string::npos);
}

TEST(ParseSize, KnowsDecimalAndBinaryUnits) {
  EXPECT_EQ(parse_size("10"), 10u);
  EXPECT_EQ(parse_size("2KB"), 2000u);
  EXPECT_EQ(parse_size("2KiB"), 2048u);
  EXPECT_EQ(parse_size("999999999999GiB"), std::nullopt);
  EXPECT_EQ(parse_size("MB"), std::nullopt);
}

}  // namespace
}  // namespace wws::cli
