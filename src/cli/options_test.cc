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

TEST(Options, ACommandIsTheFirstWord) {
  EXPECT_EQ(std::get<Options>(parse({"dev"})).command, Command::Develop);
  const auto dev = std::get<Options>(parse({"dev", "-p", "9000", "site"}));
  EXPECT_EQ(dev.path, "site");
  EXPECT_EQ(dev.port, 9000);
  EXPECT_TRUE(dev.watch);
  EXPECT_EQ(dev.log_format, observe::LogFormat::Pretty);
  EXPECT_EQ(std::get<Options>(parse({"check", "--ignore", "x", "site"})).command, Command::Check);
  // A folder of that name.
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{"./dev"}, {"--port", "1", "dev"}, {"--", "dev"}}) {
    const auto options = std::get<Options>(parse(arguments));
    EXPECT_EQ(options.command, Command::Serve);
    EXPECT_TRUE(options.path.ends_with("dev"));
    EXPECT_FALSE(options.watch);
  }
}

TEST(Options, ANewProjectHasATemplate) {
  const auto options = std::get<Options>(parse({"new", "shop", "-t", "hono"}));
  EXPECT_EQ(options.command, Command::New);
  EXPECT_EQ(options.path, "shop");
  EXPECT_EQ(options.template_name, "hono");
  EXPECT_EQ(std::get<Options>(parse({"new"})).template_name, "js");
  EXPECT_EQ(std::get<Exit>(parse({"new", "--template", "cobol"})).code, 2);
  EXPECT_EQ(std::get<Exit>(parse({"new", "--port", "1"})).code, 2);
}

TEST(Options, InDevelopmentSettingsForProductionDoNotCount) {
  auto options = std::get<Options>(parse({"dev"}));
  config::ServerSettings settings;
  settings.host = "0.0.0.0";
  settings.port = 2;
  settings.log_format = observe::LogFormat::Json;
  apply_settings(options, settings);
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 2);
  EXPECT_EQ(options.log_format, observe::LogFormat::Pretty);
}

TEST(Options, AListFlagTakesOneValueEachTime) {
  const auto options = std::get<Options>(parse({"--ignore", "a/**", "--ignore", "b/**", "site"}));
  EXPECT_EQ(options.ignore, (std::vector<std::string>{"a/**", "b/**"}));
  EXPECT_EQ(options.path, "site");
}

TEST(Options, AMistakeNamesItselfAndEndsWithTwo) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"--port", "70000"},
                                                                     {"--port", "-1"},
                                                                     {"--port", "80x"},
                                                                     {"--redirect-https", "70000"},
                                                                     {"--redirect-https", "http"},
                                                                     {""},
                                                                     {"--nope"},
                                                                     {"--log-level", "loud"},
                                                                     {"--max-body", "ten"}}) {
    const auto exit = std::get<Exit>(parse(arguments));
    EXPECT_EQ(exit.code, 2) << arguments[0];
    EXPECT_NE(exit.text.find(arguments.back()), std::string::npos) << exit.text;
  }
}

TEST(Options, TheAdminsFlagsNeedThePanel) {
  const auto options = std::get<Options>(parse({"--enable-panel", "--admin-port", "0"}));
  EXPECT_TRUE(options.enable_panel);
  EXPECT_EQ(options.admin_host, "127.0.0.1");
  EXPECT_EQ(options.admin_port, 0);
  for (const char* flag : {"--admin-port", "--admin-host", "--admin-token-file"}) {
    const auto exit = std::get<Exit>(parse({flag, "1"}));
    EXPECT_EQ(exit.code, 2);
    EXPECT_NE(exit.text.find("--enable-panel"), std::string::npos) << exit.text;
  }
}

TEST(Options, VersionAndHelpEndWithZero) {
  EXPECT_EQ(std::get<Exit>(parse({"-V"})).code, 0);
  EXPECT_NE(std::get<Exit>(parse({"-h"})).text.find("--prefix"), std::string::npos);
}

TEST(Options, AnOriginIsWrittenAsBrowsersSendIt) {
  const auto options = std::get<Options>(parse({"--cors", "HTTPS://A.example:443"}));
  EXPECT_EQ(options.cors, (std::vector<std::string>{"https://a.example"}));
  const auto exit = std::get<Exit>(parse({"--cors", "https://a.example/path"}));
  EXPECT_NE(exit.text.find("is no origin"), std::string::npos) << exit.text;
}

TEST(Options, ABoundOfTheCommandLineWinsOverASetting) {
  auto options = std::get<Options>(parse({"--bound", "queue=5", "--bound", "head_time=2s"}));
  EXPECT_EQ(options.bounds.queue, 5u);
  config::ServerSettings settings;
  settings.bounds = {{"queue", "7"}, {"connections", "9"}};
  apply_settings(options, settings);
  EXPECT_EQ(options.bounds.queue, 5u);
  EXPECT_EQ(options.bounds.connections, 9u);
  EXPECT_EQ(options.bounds.head_time, std::chrono::seconds(2));
  for (const char* wrong : {"queue", "quue=1", "queue=many"}) {
    const auto exit = std::get<Exit>(parse({"--bound", wrong}));
    EXPECT_EQ(exit.code, 2);
    EXPECT_NE(exit.text.find(wrong), std::string::npos) << exit.text;
  }
}

TEST(Options, LanguageRuntimesAreSaidNotToBeThere) {
  EXPECT_TRUE(std::get<Options>(parse({"-i", "site"})).install_runtimes);
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"runtimes", "list"}, {".", "runtimes", "install", "python", "latest"}}) {
    const auto exit = std::get<Exit>(parse(arguments));
    EXPECT_EQ(exit.code, 2);
    EXPECT_NE(exit.text.find("not there yet"), std::string::npos) << exit.text;
  }
}

TEST(Options, AFlagWinsOverASetting) {
  auto options = std::get<Options>(
      parse({"-p", "1", "--cors", "*", "--max-body", "1MiB", "--log-level", "error"}));
  config::ServerSettings settings;
  settings.host = "::";
  settings.port = 2;
  settings.prefix = "/app";
  settings.cors = {"https://a.example"};
  settings.ignore = {"x/**"};
  settings.max_body = 5;
  settings.image_memory = 6;
  settings.guest_memory = 8;
  settings.cache_memory = 8;
  settings.cache_entry_size = 9;
  settings.cache_entries = 10;
  settings.threads = 7;
  settings.log_level = observe::Level::Debug;
  settings.log_format = observe::LogFormat::Json;
  settings.admin_port = 9001;
  apply_settings(options, settings);
  EXPECT_EQ(options.admin_port, 9001);
  EXPECT_EQ(options.host, "::");
  EXPECT_EQ(options.port, 1);
  EXPECT_EQ(options.prefix, "/app");
  EXPECT_EQ(options.cors, (std::vector<std::string>{"*"}));
  EXPECT_EQ(options.ignore, (std::vector<std::string>{"x/**"}));
  EXPECT_EQ(options.max_body, 1u << 20);
  EXPECT_EQ(options.image_memory, 6u);
  EXPECT_EQ(options.guest_memory, 8u);
  EXPECT_EQ(options.cache.bytes, 8u);
  EXPECT_EQ(options.cache.entry_bytes, 9u);
  EXPECT_EQ(options.cache.entries, 10u);
  EXPECT_EQ(options.threads, 7u);
  EXPECT_EQ(options.log_level, observe::Level::Error);
  EXPECT_EQ(options.log_format, observe::LogFormat::Json);
}

}  // namespace
}  // namespace wws::cli
