#include "config/worker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/worker_defaults.h"

namespace wws::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::optional<std::string> environment(std::string_view name) {
  if (name == "HOME") return "/root";
  if (name == "LATIN1") return "caf\xe9";
  return std::nullopt;
}

WorkerConfig parse(std::string_view text) {
  auto config = parse_worker_config("w.toml", "js", text, environment);
  if (config) return *std::move(config);
  for (const Mistake& mistake : config.error()) ADD_FAILURE() << mistake.to_string();
  return {};
}

std::vector<std::string> mistakes(std::string_view text, std::string_view extension = "js") {
  const auto config = parse_worker_config("w.toml", extension, text, environment);
  std::vector<std::string> lines;
  if (config) return lines;
  for (const Mistake& mistake : config.error()) lines.push_back(mistake.to_string());
  return lines;
}

TEST(WorkerConfig, OfNothingIsTheDefault) {
  const WorkerConfig config = parse("");
  EXPECT_EQ(config.name, std::nullopt);
  EXPECT_EQ(config.version, "1");
  EXPECT_THAT(config.vars, IsEmpty());
  EXPECT_EQ(config.kv_namespace, std::nullopt);
  EXPECT_EQ(config.cache_namespace, std::nullopt);
  EXPECT_THAT(config.http_requests.allowed_hosts, IsEmpty());
  EXPECT_EQ(config.http_requests.allowed_methods.size(), 7u);
  EXPECT_FALSE(config.http_requests.allow_http);
  EXPECT_FALSE(config.http_requests.allow_private);
  EXPECT_EQ(config.http_requests.max_response_bytes, 64u << 20);
  EXPECT_EQ(config.limits.cpu, 1s);
  EXPECT_EQ(config.evaluate, Evaluate::Auto);
}

TEST(WorkerConfig, ReadsEveryKey) {
  const WorkerConfig config = parse(R"(
name = "counter"
version = "1"
warmup = ["GET /", "POST /a%20b?c"]
evaluate = "each-request"

[vars]
MESSAGE = "Hello"
HOME = "$HOME"

[data.cache]
namespace = "pages"

[data.kv]
namespace = "counter"

[features.http_requests]
allowed_hosts = ["Example.com", "*.example.org", "[::1]", "*"]
allowed_methods = ["GET", "M-SEARCH"]
allow_http = true
allow_private = true
max_response = "1MB"

[limits]
cpu = 250
wall = "2s"
memory = "64MiB"
request = "1MB"
response = 0
sockets = 7
message = "64KiB"
queue = 0
idle = "1m"
)");
  EXPECT_EQ(config.name, "counter");
  EXPECT_EQ(config.version, "1");
  ASSERT_EQ(config.warmup.size(), 2u);
  EXPECT_EQ(config.warmup[0].method, "GET");
  EXPECT_EQ(config.warmup[0].path, "/");
  EXPECT_EQ(config.warmup[1].path, "/a%20b?c");
  EXPECT_EQ(config.evaluate, Evaluate::EachRequest);
  EXPECT_THAT(config.vars, ElementsAre(Pair("HOME", "/root"), Pair("MESSAGE", "Hello")));
  EXPECT_EQ(config.kv_namespace, "counter");
  EXPECT_EQ(config.cache_namespace, "pages");
  EXPECT_THAT(config.http_requests.allowed_hosts,
              ElementsAre("example.com", "*.example.org", "[::1]", "*"));
  EXPECT_THAT(config.http_requests.allowed_methods, ElementsAre("GET", "M-SEARCH"));
  EXPECT_TRUE(config.http_requests.allow_http);
  EXPECT_TRUE(config.http_requests.allow_private);
  EXPECT_EQ(config.http_requests.max_response_bytes, 1'000'000u);
  EXPECT_EQ(config.limits.cpu, 250ms);
  EXPECT_EQ(config.limits.wall, 2s);
  EXPECT_EQ(config.limits.memory_bytes, 64u << 20);
  EXPECT_EQ(config.limits.request_bytes, 1'000'000u);
  EXPECT_EQ(config.limits.response_bytes, 0u);
  EXPECT_EQ(config.limits.sockets, 7u);
  EXPECT_EQ(config.limits.message_bytes, 64u << 10);
  EXPECT_EQ(config.limits.queue_bytes, 0u);
  EXPECT_EQ(config.limits.idle, 60s);
}

TEST(WorkerConfig, TakesTheVersionAsTextOrNumber) {
  EXPECT_EQ(parse("version = 2").version, "2");
  EXPECT_EQ(parse("version = 1.5").version, "1.5");
  EXPECT_EQ(parse("version = \"v3\"").version, "v3");
}

TEST(WorkerConfig, ReplacesOnlyWholeVariables) {
  const WorkerConfig config = parse(
      "[vars]\na = '$HOME'\nb = '$NOT_SET'\nc = '$HOME now'\nd = 'x$HOME'\ne = '${HOME}'\nf = '$'");
  EXPECT_THAT(config.vars, ElementsAre(Pair("a", "/root"), Pair("b", ""), Pair("c", "$HOME now"),
                                       Pair("d", "x$HOME"), Pair("e", ""), Pair("f", "")));
}

TEST(WorkerConfig, KnowsEveryWayToEvaluate) {
  EXPECT_EQ(parse("evaluate = 'auto'").evaluate, Evaluate::Auto);
  EXPECT_EQ(parse("evaluate = 'once'").evaluate, Evaluate::Once);
  EXPECT_THAT(mistakes("evaluate = 'twice'"),
              ElementsAre("w.toml:1: evaluate: must be \"auto\", \"once\" or \"each-request\""));
}

TEST(WorkerConfig, RefusesForAWasmWorkerWhatOnlyJavaScriptHas) {
  EXPECT_THAT(
      mistakes("name = 'x'\nwarmup = ['GET /']\nevaluate = 'auto'\nlimits.cpu = 5", "wasm"),
      ElementsAre(
          "w.toml:2: warmup: is only for workers in JavaScript, not for .wasm: remove it",
          "w.toml:3: evaluate: is only for workers in JavaScript, not for .wasm: remove it"));
  EXPECT_THAT(mistakes("name = 'x'\nlimits.cpu = 5", "wasm"), IsEmpty());
}

TEST(WorkerConfig, ReportsAllMistakesInTheOrderOfTheFile) {
  EXPECT_THAT(mistakes(R"(zebra = 1
name = 7
vesion = "1"

[vars]
PORT = 8080

[data.kv]
namespce = "x"

[features.http_requests]
allow_http = "yes"
)"),
              ElementsAre("w.toml:1: zebra: unknown key; known here: name, version, vars, data, "
                          "folders, features, limits, warmup, evaluate",
                          "w.toml:2: name: must be a string, not a number",
                          "w.toml:3: vesion: unknown key, did you mean 'version'?",
                          "w.toml:6: vars.PORT: must be a string, not a number",
                          "w.toml:8: data.kv.namespace: is missing: name the store, namespace = "
                          "\"...\"",
                          "w.toml:9: data.kv.namespce: unknown key, did you mean 'namespace'?",
                          "w.toml:12: features.http_requests.allow_http: must be true or false, "
                          "not a string"));
}

TEST(WorkerConfig, SaysWhichTypesAreWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"name = 1.5", "must be a string, not a fraction"},
      {"name = true", "must be a string, not true or false"},
      {"name = 2020-01-01", "must be a string, not a date or time"},
      {"name = ['x']", "must be a string, not a list"},
      {"version = []", "must be a string or a number, not a list"},
      {"vars = 1", "must be a table of strings, not a number"},
      {"data = 1", "must be a table, not a number"},
      {"data.kv = 'x'", "must be a table, not a string"},
      {"[[features]]", "must be a table, not a list"},
      {"features.http_requests = 1", "must be a table, not a number"},
      {"features.http_requests.allowed_hosts = 'x'", "must be a list of strings, not a string"},
      {"features.http_requests.allowed_hosts = [1]", "must be a string, not a number"},
      {"features.http_requests.allow_private = 1", "must be true or false, not a number"},
      {"limits = 1", "must be a table, not a number"},
      {"warmup = 'GET /'", "must be a list of strings, not a string"},
      {"evaluate = 1", "must be a string, not a number"},
  };
  for (const auto& [text, what] : cases)
    EXPECT_THAT(mistakes(text), ElementsAre(HasSubstr(what))) << text;
}

TEST(WorkerConfig, RefusesBadValues) {
  const std::pair<std::string, std::string> cases[] = {
      {"data.kv.namespace = ''", "data.kv.namespace: must not be empty"},
      {"data.cache.namespace = ''", "data.cache.namespace: must not be empty"},
      {"data.cache = {}", "data.cache.namespace: is missing: name what the workers share"},
      {"vars = {'' = 'x'}", "a variable's name is not empty"},
      {"vars = {'A=B' = 'x'}", "has no '=' in it"},
      {"vars = {\"A\\u0000\" = 'x'}", "a variable's name"},
      {"vars = {A = \"x\\u0000\"}", "vars.A: a variable's value cannot hold a NUL"},
      {"vars = {A = '$LATIN1'}", "server's environment is not UTF-8"},
      {"limits.cpu = -1", "limits.cpu: must be milliseconds"},
      {"limits.wall = '25h'", "at most 24h"},
      {"limits.wall = 1.5", "limits.wall: must be milliseconds"},
      {"limits.memory = '64'", "between 64KiB and 4GiB"},
      {"limits.memory = '5GiB'", "between 64KiB and 4GiB"},
      {"limits.memory = true", "must be bytes or a string"},
      {"limits.request = -5", "must be bytes or a string"},
      {"limits.response = '1 apple'", "must be bytes or a string"},
      {"limits.sockets = '5'", "limits.sockets: must be a number of WebSockets"},
      {"limits.message = true", "must be bytes or a string"},
      {"limits.idle = '1 year'", "limits.idle: must be milliseconds"},
  };
  for (const auto& [text, what] : cases)
    EXPECT_THAT(mistakes(text), ElementsAre(HasSubstr(what))) << text;
}

TEST(WorkerConfig, RefusesHostsThatAreMoreThanAHost) {
  for (const char* bad :
       {"", "https://example.com", "example.com:80", "example.com/", "a b", ".com", "a..b", "*.",
        "*example.com", "*.*.com", "::1", "[]", "[::1", "[x]", "caf\xc3\xa9.fr"})
    EXPECT_THAT(
        mistakes("features.http_requests.allowed_hosts = ['ok.org', '" + std::string(bad) + "']"),
        ElementsAre(HasSubstr("is no host")))
        << bad;
}

TEST(WorkerConfig, RefusesMethodsAndWarmUpsThatAreNone) {
  for (const char* bad : {"", "get", "G T", "GET\t"})
    EXPECT_THAT(mistakes("features.http_requests.allowed_methods = ['" + std::string(bad) + "']"),
                ElementsAre(HasSubstr("is no method")))
        << bad;
  for (const char* bad : {"", "GET", "/", "GET x", "get /", "GET /a b", "GET  /", "GET /\xc3\xa9"})
    EXPECT_THAT(mistakes("warmup = ['" + std::string(bad) + "']"),
                ElementsAre(HasSubstr("is no request")))
        << bad;
}

TEST(WorkerConfig, ReadsFolders) {
  const WorkerConfig config = parse(R"(
[[folders]]
from = "../data"
to = "/data"

[[folders]]
to = "/own"
read_only = true

[[folders]]
from = "..\\windows\\data"
to = "/third"
)");
  ASSERT_EQ(config.folders.size(), 3u);
  EXPECT_EQ(config.folders[0].from, "../data");
  EXPECT_EQ(config.folders[0].to, "/data");
  EXPECT_FALSE(config.folders[0].read_only);
  EXPECT_EQ(config.folders[0].line, 2);
  EXPECT_EQ(config.folders[1].from, "") << "the worker's own folder";
  EXPECT_TRUE(config.folders[1].read_only);
  EXPECT_EQ(config.folders[2].from, "../windows/data") << "as the original has it";
}

TEST(WorkerConfig, RefusesFoldersWithoutAName) {
  EXPECT_THAT(mistakes("[[folders]]\nfrom = 'a'\n[[folders]]\nto = ''\n"),
              ElementsAre("w.toml:1: folders.to: is missing: name the folder for the worker, to = "
                          "\"/data\"",
                          "w.toml:4: folders.to: must not be empty: \"/data\""));
  EXPECT_THAT(mistakes("[[folders]]\nto = '/a'\n[[folders]]\nto = '/a'\n"),
              ElementsAre("w.toml:3: folders.to: '/a' is there twice: choose another name"));
  EXPECT_THAT(mistakes("[[folders]]\nto = '/a'\nreadonly = true\n"),
              ElementsAre(HasSubstr("folders.readonly: unknown key, did you mean 'read_only'?")));
  EXPECT_THAT(mistakes("[[folders]]\nto = 1\nfrom = []\nread_only = 'yes'\n"),
              ElementsAre(HasSubstr("folders.to: must be a string"),
                          HasSubstr("folders.from: must be a string"),
                          HasSubstr("folders.read_only: must be true or false")));
  EXPECT_THAT(mistakes("folders = 'a'"), ElementsAre(HasSubstr("write [[folders]]")));
  EXPECT_THAT(mistakes("folders = ['a']"), ElementsAre(HasSubstr("must be a table")));
  EXPECT_THAT(mistakes("[[folders]]\nto = \"a\\u0000b\""), ElementsAre(HasSubstr("NUL")));
  std::string many;
  for (int i = 0; i < 33; ++i) many += "[[folders]]\nto = '/" + std::to_string(i) + "'\n";
  EXPECT_THAT(mistakes(many), ElementsAre(HasSubstr("more than 32 folders are too many")));
}

TEST(WorkerConfig, SaysPlainlyWhatItDoesNotSupport) {
  EXPECT_THAT(
      mistakes("[features.wasi_nn]\nallowed_backends = ['openvino']"),
      ElementsAre("w.toml:1: features.wasi_nn: WASI-NN is not there: no backend is built in, "
                  "and a worker that imports it cannot run; remove [features.wasi_nn]"));
}

TEST(WorkerConfig, TakesFromTheDefaultsWhatItDoesNotSay) {
  WorkerConfig defaults;
  defaults.vars = {{"A", "of all"}, {"B", "of all"}};
  defaults.limits.cpu = 7s;
  defaults.limits.wall = 9s;
  defaults.http_requests.allowed_hosts = {"all.example"};
  const auto config =
      parse_worker_config("w.toml", "js", "[vars]\nB = 'own'\nC = 'own'\n[limits]\ncpu = '1s'\n",
                          environment, defaults);
  ASSERT_TRUE(config);
  EXPECT_THAT(config->vars, ElementsAre(Pair("A", "of all"), Pair("B", "own"), Pair("C", "own")));
  EXPECT_EQ(config->limits.cpu, 1s);
  EXPECT_EQ(config->limits.wall, 9s);
  EXPECT_THAT(config->http_requests.allowed_hosts, ElementsAre("all.example"));
}

TEST(WorkerConfig, ReportsSyntaxWithItsLine) {
  EXPECT_THAT(mistakes("name = 'x'\nversion = \n"), ElementsAre(HasSubstr("w.toml:2: ")));
  EXPECT_THAT(mistakes("\ncaf\xc3\xa9 = 1"), ElementsAre(HasSubstr("w.toml:2: ")));
  EXPECT_THAT(mistakes("\n[=]"), ElementsAre(HasSubstr("w.toml:2: ")));
  EXPECT_THAT(mistakes("a = 1\na = 2"), ElementsAre(HasSubstr("w.toml:2: ")));
  EXPECT_THAT(mistakes("name = '\xff'"), ElementsAre(HasSubstr("w.toml:1: ")));
}

TEST(WorkerConfig, BearsDocumentsMadeToBreakIt) {
  std::string dotted = "a";
  for (int i = 0; i < 400'000; ++i) dotted += ".a";
  EXPECT_THAT(mistakes("name = 'x'\n" + dotted + " = 1"),
              ElementsAre("w.toml:2: has more than 4096 dots: break the line"));
  EXPECT_THAT(mistakes(dotted.substr(0, 7'999) + " = 1"), ElementsAre(HasSubstr("unknown key")));
  EXPECT_THAT(mistakes("name = " + std::string(100'000, '[')), ElementsAre(HasSubstr("w.toml:1")));
  EXPECT_THAT(mistakes(std::string(2u << 20, '#')), ElementsAre(HasSubstr("longer than 1 MiB")));
}

}  // namespace
}  // namespace wws::config
