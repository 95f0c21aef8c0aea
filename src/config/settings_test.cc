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
max_sockets = 12
listen = ["0.0.0.0:8080", "https://[::1]:8443", "unix:/run/wws.sock,mode=0666"]
redirect_https = 80
trusted_proxies = ["10.0.0.0/8", "unix"]
proxy_protocol = true
compression = "files"
access_log = "-"
access_log_format = "json"
threads = 2
image_memory = "64MiB"
guest_memory = "1GiB"
cache_memory = "8MiB"
cache_entry_size = 4096
cache_entries = 7
fresh_instances = true
admin_port = 9001
log_level = "warn"
log_format = "json"

[tls]
certificate = "site.pem"
key = "/etc/site.key"

[bounds]
queue = 7
head_time = "2s"
head_bytes = 8192

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
  EXPECT_EQ(server.max_sockets, 12u);
  EXPECT_THAT(*server.listen,
              ElementsAre("0.0.0.0:8080", "https://[::1]:8443", "unix:/run/wws.sock,mode=0666"));
  ASSERT_EQ(server.tls->size(), 1u);
  EXPECT_EQ(server.tls->front().certificate, root_ / "site.pem") << "relative to the project";
  EXPECT_EQ(server.tls->front().key, "/etc/site.key");
  EXPECT_EQ(server.redirect_https, 80);
  EXPECT_THAT(*server.trusted_proxies, ElementsAre("10.0.0.0/8", "unix"));
  EXPECT_EQ(server.proxy_protocol, true);
  EXPECT_EQ(server.compression, Compression::Files);
  EXPECT_EQ(server.access_log, "-");
  EXPECT_EQ(server.access_log_format, observe::AccessFormat::Json);
  Bounds bounds;
  apply(bounds, server.bounds);
  EXPECT_EQ(bounds.queue, 7u);
  EXPECT_EQ(bounds.head_time, 2s);
  EXPECT_EQ(bounds.head_bytes, 8192u);
  EXPECT_EQ(server.threads, 2u);
  EXPECT_EQ(server.image_memory, 64u << 20);
  EXPECT_EQ(server.guest_memory, 1u << 30);
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
      {"max_sockets = -1", "max_sockets: must be a number of WebSockets"},
      {"listen = 'localhost:80'", "listen: must be a list of strings"},
      {"listen = ['ftp://x:1']", "listen: "},
      {"listen = ['127.0.0.1']", "listen: "},
      {"tls = 'site.pem'", "tls: must be a table or a list of tables"},
      {"tls = { certificate = 'a.pem' }", "tls.key: is missing: it names a file in PEM"},
      {"tls = { key = 'a.key' }", "tls.certificate: is missing: it names a file in PEM"},
      {"tls = { certificate = 1, key = 'a.key' }", "tls.certificate: must be a string"},
      {"tls = { certificate = 'a', key = 'b', chain = 'c' }",
       "tls.chain: unknown key; known here: certificate, key"},
      {"tls = [1]", "tls: must be a table, not a number"},
      {"redirect_https = '80'", "redirect_https: must be a number from 0"},
      {"redirect_https = 70000", "redirect_https: must be a number from 0"},
      {"trusted_proxies = '10.0.0.0/8'", "trusted_proxies: must be a list of strings"},
      {"trusted_proxies = [1]", "trusted_proxies: must be a string"},
      {"proxy_protocol = 2", "proxy_protocol: must be true or false"},
      {"compression = 'some'", "compression: must be \"all\""},
      {"access_log_format = 'short'", "access_log_format: must be \"combined\" or \"json\""},
      {"bounds = 1", "bounds: must be a table"},
      {"bounds.quue = 1", "bounds.quue: unknown bound, did you mean 'queue'?"},
      {"bounds.queue = 'many'", "bounds.queue: must be a number from 0"},
      {"bounds.queue = true", "bounds.queue: must be a number from 0"},
      {"bounds.head_time = '2 days'", "bounds.head_time: must be milliseconds"},
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

TEST(ParseSettings, SeveralPairsOfFilesAreAList) {
  Settings settings;
  settings.environment = process;
  const auto mistakes = parse_settings("wws.toml",
                                       "[[tls]]\ncertificate = 'a.pem'\nkey = 'a.key'\n"
                                       "[[tls]]\ncertificate = 'b.pem'\nkey = 'b.key'\n",
                                       settings);
  EXPECT_THAT(lines(mistakes), IsEmpty());
  ASSERT_EQ(settings.server.tls->size(), 2u);
  EXPECT_EQ(settings.server.tls->back().certificate, "b.pem");
  EXPECT_EQ(settings.server.tls->back().key, "b.key");
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
