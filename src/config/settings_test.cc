#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace wws::config {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

std::optional<std::string> process(std::string_view name) {
  if (name == "BOTH") return "of the process";
  return std::nullopt;
}

std::vector<std::string> lines(const Mistakes& mistakes) {
  std::vector<std::string> out;
  for (const Mistake& mistake : mistakes) out.push_back(mistake.to_string());
  return out;
}

std::vector<std::string> mistakes_of(std::string_view text) {
  Settings settings;
  settings.environment = process;
  return lines(parse_settings("wws.toml", text, settings));
}

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-settings-XXXXXX").string();
    root_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ~SettingsTest() override { fs::remove_all(root_); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  std::expected<Settings, Mistakes> read() const { return read_settings(root_, process); }

  fs::path root_;
};

TEST_F(SettingsTest, OfAnEmptyFolderSayNothing) {
  const auto settings = read();
  ASSERT_TRUE(settings);
  EXPECT_FALSE(settings->server.host || settings->server.port || settings->server.cors);
  EXPECT_TRUE(settings->ignored.empty());
  EXPECT_THAT(settings->warnings, IsEmpty());
  EXPECT_EQ(settings->environment("BOTH"), "of the process");
}

TEST_F(SettingsTest, OfAMissingFolderSayNothing) {
  EXPECT_TRUE(read_settings(root_ / "missing", process));
}

TEST_F(SettingsTest, ReadEveryKey) {
  write("wws.toml", R"(
host = "::"
port = 0
prefix = "/app"
ignore = ["target/**"]
cors = ["HTTPS://a.example:443", "*"]
max_body = "1MiB"
threads = 2
image_memory = "64MiB"
cache_memory = "8MiB"
cache_entry_size = 4096
cache_entries = 7
fresh_instances = true
admin_port = 9001
log_level = "warn"
log_format = "json"

[vars]
A = "1"
SECRET = "$TOKEN"

[limits]
cpu = "2s"

[features.http_requests]
allowed_hosts = ["api.example.com"]
)");
  write(".env", "TOKEN=from the file\nBOTH=of the file\n");
  write(".wwsignore", "*.test.js\n");
  const auto settings = read();
  ASSERT_TRUE(settings) << lines(settings.error()).front();
  const ServerSettings& server = settings->server;
  EXPECT_EQ(server.host, "::");
  EXPECT_EQ(server.port, 0);
  EXPECT_EQ(server.prefix, "/app");
  EXPECT_THAT(*server.ignore, ElementsAre("target/**"));
  EXPECT_THAT(*server.cors, ElementsAre("https://a.example", "*"));
  EXPECT_EQ(server.max_body, 1u << 20);
  EXPECT_EQ(server.threads, 2u);
  EXPECT_EQ(server.image_memory, 64u << 20);
  EXPECT_EQ(server.cache_memory, 8u << 20);
  EXPECT_EQ(server.cache_entry_size, 4096u);
  EXPECT_EQ(server.cache_entries, 7u);
  EXPECT_EQ(server.fresh_instances, true);
  EXPECT_EQ(server.log_level, observe::Level::Warn);
  EXPECT_EQ(server.log_format, observe::LogFormat::Json);
  EXPECT_THAT(settings->workers.vars, ElementsAre(Pair("A", "1"), Pair("SECRET", "from the file")));
  EXPECT_EQ(settings->workers.limits.cpu, 2s);
  EXPECT_THAT(settings->workers.http_requests.allowed_hosts, ElementsAre("api.example.com"));
  EXPECT_EQ(settings->environment("TOKEN"), "from the file");
  EXPECT_EQ(settings->environment("BOTH"), "of the process");
  EXPECT_TRUE(settings->ignored.ignores("x/a.test.js", EntryKind::File));
}

TEST_F(SettingsTest, ReportTheMistakesOfAllFilesAtOnce) {
  write("wws.toml", "hots = 'x'\nport = 70000\n\n[limits]\ncpu = -1\nmemroy = 1\n");
  write(".wwsignore", "fine\n[broken\n");
  const auto settings = read();
  ASSERT_FALSE(settings);
  EXPECT_THAT(lines(settings.error()),
              ElementsAre("wws.toml:1: hots: unknown key, did you mean 'host'?",
                          "wws.toml:2: port: must be a number from 0 (any free port) to 65535",
                          HasSubstr("wws.toml:5: limits.cpu: must be milliseconds"),
                          "wws.toml:6: limits.memroy: unknown key, did you mean 'memory'?",
                          HasSubstr(".wwsignore:2: bad pattern")));
}

TEST(ParseSettings, RefusesBadValues) {
  const std::pair<std::string, std::string> cases[] = {
      {"host = ''", "host: must not be empty"},
      {"host = 1", "host: must be a string, not a number"},
      {"port = '80'", "port: must be a number from 0"},
      {"port = -1", "port: must be a number from 0"},
      {"ignore = ['{a']", "ignore: bad pattern '{a'"},
      {"cors = ['https://a.example/x']", "cors: 'https://a.example/x' is no origin"},
      {"cors = '*'", "cors: must be a list of strings"},
      {"max-body = 1", "max-body: unknown key, did you mean 'max_body'?"},
      {"max_body = 'big'", "max_body: must be bytes"},
      {"threads = 2000", "threads: must be a number from 0 (one a core) to 1024"},
      {"fresh_instances = 1", "fresh_instances: must be true or false"},
      {"log_level = 'loud'", "log_level: "},
      {"log_format = 'xml'", "log_format: must be \"text\", \"json\" or \"pretty\""},
      {"image_memory = true", "image_memory: must be bytes"},
      {"cache_memory = 'all'", "cache_memory: must be bytes"},
      {"cache_entries = -1", "cache_entries: must be a number from 0 to 10000000"},
      {"features.wasi_nn = {}", "features.wasi_nn: unknown key; known here: http_requests"},
      {"[data.kv]\nnamespace = 'x'", "data: unknown key"},
      {"= 1", "wws.toml:1: "},
  };
  for (const auto& [text, what] : cases)
    EXPECT_THAT(mistakes_of(text), ElementsAre(HasSubstr(what))) << text;
}

TEST(ParseSettings, AProjectDoesNotSayWhatItMayDo) {
  for (const auto& [line, flag] :
       {std::pair{"allow_outside_folders = true", "--allow-outside-folders"},
        {"enable_panel = true", "--enable-panel"},
        {"admin_host = '0.0.0.0'", "--admin-host"},
        {"admin_token_file = 'token'", "--admin-token-file"},
        {"git_branch = 'main'", "--git-branch"},
        {"git_tag = 'v1'", "--git-tag"},
        {"git_commit = '12ab'", "--git-commit"},
        {"git_folder = 'a'", "--git-folder"}})
    EXPECT_THAT(mistakes_of(line), ElementsAre(testing::AllOf(
                                       HasSubstr("is for whoever starts the server"),
                                       testing::EndsWith(std::string("use the flag ") + flag))));
}

TEST(ParseSettings, AProjectNamesNoFileToWrite) {
  EXPECT_THAT(mistakes_of("access_log = '-'"), IsEmpty());
  EXPECT_THAT(mistakes_of("access_log = '../../.profile'"),
              ElementsAre(HasSubstr("access_log: must be \"-\"")));
}

TEST_F(SettingsTest, WarnOfAnEnvironmentFileAndGoOn) {
  write(".env", "no variable\nGOOD=x\n");
  const auto settings = read();
  ASSERT_TRUE(settings);
  EXPECT_THAT(lines(settings->warnings), ElementsAre(HasSubstr(".env:1: is no variable")));
  EXPECT_EQ(settings->environment("GOOD"), "x");
}

TEST_F(SettingsTest, SayWhatBecomesOfTheOriginalsFile) {
  write(".wws.toml", R"(version = 1
[[repositories]]
name = "wasmlabs"
url = "https://example.com"
[[repositories.runtimes]]
name = "python"
version = "3.11.1"
)");
  const auto settings = read();
  ASSERT_TRUE(settings);
  EXPECT_THAT(lines(settings->warnings),
              ElementsAre(testing::AllOf(HasSubstr(".wws.toml: it is ignored"),
                                         HasSubstr("python 3.11.1"), HasSubstr("wws.toml"))));
  for (const char* text : {"", "version = 1", "repositories = 3", "[[repositories]]", "[broken"}) {
    write(".wws.toml", text);
    const auto other = read();
    ASSERT_TRUE(other) << text;
    EXPECT_THAT(lines(other->warnings), ElementsAre(HasSubstr("it is ignored"))) << text;
  }
}

TEST_F(SettingsTest, FollowNoLinkOutOfTheProject) {
  fs::create_symlink("/etc/hostname", root_ / ".env");
  fs::create_symlink("/etc/hostname", root_ / "wws.toml");
  fs::create_symlink("missing", root_ / ".wwsignore");
  const auto settings = read();
  ASSERT_FALSE(settings);
  EXPECT_THAT(lines(settings.error()),
              ElementsAre(HasSubstr("wws.toml: is a symbolic link out of the project"),
                          HasSubstr(".wwsignore: is a symbolic link to nothing")));
}

TEST_F(SettingsTest, NeverRepeatASecret) {
  write(".env", "TOKEN='s3cret\nOTHER=\"s3cret\" s3cret\n");
  write("wws.toml", "[vars]\nA = '$OTHER'\nB = 1\n");
  const auto settings = read();
  ASSERT_FALSE(settings);
  for (const std::string& line : lines(settings.error())) EXPECT_THAT(line, Not(HasSubstr("s3")));
}

}  // namespace
}  // namespace wws::config
