// App: which document a path leads to, with which headers, and what is refused.
#include "admin/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <nlohmann/json.hpp>

#include "admin/test_server.h"

namespace wws::admin {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using http::MemoryExchange;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using State = worker::WorkerStatus::State;

constexpr StaticFile kFiles[] = {{"index.html", "<!doctype html>"},
                                 {"assets/a-1.js", "run()"},
                                 {"openapi.json", "{\"openapi\":\"3.1.0\"}"}};

class AdminAppTest : public testing::Test {
 protected:
  AdminAppTest() {
    server_.loops_.resize(2);
    server_.site_ = site_;
  }

  std::unique_ptr<MemoryExchange> ask(MemoryExchange::Request request) {
    App app(loop_, sources_, Access("127.0.0.1", token_), live_);
    auto exchange = std::make_unique<MemoryExchange>(std::move(request));
    asio::co_spawn(loop_, app.handle(*exchange),
                   [](std::exception_ptr error) { EXPECT_FALSE(error) << "a handler threw"; });
    loop_.restart();
    loop_.run();
    EXPECT_TRUE(exchange->finished());
    return exchange;
  }
  std::unique_ptr<MemoryExchange> get(const std::string& target) { return ask({.target = target}); }
  json document(const std::string& target) {
    const auto exchange = get(target);
    EXPECT_EQ(exchange->head().status, 200) << target << ": " << exchange->body();
    EXPECT_EQ(exchange->head().headers.find("content-type"), "application/json") << target;
    return json::parse(exchange->body(), nullptr, false);
  }
  // The status and detail of a refusal.
  std::string refusal_of(MemoryExchange::Request request) {
    const auto exchange = ask(std::move(request));
    EXPECT_EQ(exchange->head().headers.find("content-type"), "application/problem+json");
    const json problem = json::parse(exchange->body(), nullptr, false);
    EXPECT_EQ(problem["status"], exchange->head().status);
    return std::to_string(exchange->head().status) + " " + problem.value("detail", "");
  }
  std::string refusal(const std::string& target) { return refusal_of({.target = target}); }
  std::unique_ptr<MemoryExchange> question(const std::string& body) {
    MemoryExchange::Request request{.method = "POST", .target = "/_api/v0/requests", .body = body};
    request.headers.add("content-type", "application/json");
    return ask(std::move(request));
  }
  std::vector<std::string> files_of(const std::string& query) {
    std::vector<std::string> files;
    const json page = document("/_api/v0/states" + query);
    for (const auto& item : page["items"]) files.push_back(item["file"]);
    return files;
  }

  asio::io_context loop_{1};
  std::string token_;
  std::shared_ptr<server::Site> site_ = fake_site({"index.js", "cart.js", "api/[id].js"});
  FakeServer server_;
  FakeRuntime runtime_;
  observe::Metrics metrics_;
  observe::LoopMetrics& counters_ = metrics_.add_loop();
  io::ManualClock clock_{1'000s};
  bindings::CacheStore caches_{clock_};
  observe::MemoryLog log_;
  observe::LogRing ring_{log_, clock_};
  Live live_;
  Sources sources_{
      server_,
      runtime_,
      metrics_,
      caches_,
      ring_,
      ring_,
      clock_,
      kFiles,
      {.version = "2.0.0", .project = "/srv", .address = "http://127.0.0.1:8080", .loops = 2}};
};

// --- who is answered, and how --------------------------------------------------------------------

TEST_F(AdminAppTest, EveryAnswerIsKeptOutOfFramesAndOtherOrigins) {
  for (const char* target : {"/_panel/", "/_api/v0/workers", "/metrics", "/nothing", "/healthz"}) {
    const auto exchange = get(target);
    const http::Headers& headers = exchange->head().headers;
    EXPECT_THAT(std::string(headers.find("content-security-policy").value_or("")),
                HasSubstr("frame-ancestors 'none'"))
        << target;
    EXPECT_EQ(headers.find("x-content-type-options"), "nosniff") << target;
    EXPECT_EQ(headers.find("cross-origin-resource-policy"), "same-origin") << target;
  }
}

TEST_F(AdminAppTest, WithATokenTheDataAskForItAndThePageDoesNot) {
  token_ = "0123456789abcdef";
  const auto refused = get("/_api/v0/workers");
  EXPECT_EQ(refused->head().status, 401);
  EXPECT_EQ(refused->head().headers.find("www-authenticate"), "Bearer realm=\"wws\"");
  EXPECT_EQ(get("/metrics")->head().status, 401);
  EXPECT_EQ(get("/_panel/")->head().status, 200);
  EXPECT_EQ(get("/healthz")->head().status, 200);
  MemoryExchange::Request request{.target = "/_api/v0/workers"};
  request.headers.add("authorization", "Bearer " + token_);
  EXPECT_EQ(ask(std::move(request))->head().status, 200);
}

TEST_F(AdminAppTest, AnotherHostIsRefusedBeforeAnythingIsLookedAt) {
  EXPECT_THAT(refusal_of({.target = "/_api/v0/workers", .authority = "evil.example"}),
              HasSubstr("421 "));
}

TEST_F(AdminAppTest, MethodsThatChangeAreRefused) {
  for (const char* target : {"/_api/v0/workers", "/metrics", "/_panel/", "/healthz"}) {
    MemoryExchange::Request request{.method = "PUT", .target = target};
    request.headers.add("content-type", "application/json");
    const auto exchange = ask(std::move(request));
    EXPECT_EQ(exchange->head().status, 405) << target;
    EXPECT_EQ(exchange->head().headers.find("allow"), "GET, HEAD") << target;
  }
  const auto exchange = get("/_api/v0/requests");
  EXPECT_EQ(exchange->head().status, 405);
  EXPECT_EQ(exchange->head().headers.find("allow"), "POST");
}

TEST_F(AdminAppTest, AProbeIsReadyOnlyWhileTheServerServes) {
  EXPECT_EQ(get("/readyz")->body(), "ready\n");
  for (const auto phase : {server::Server::Phase::Starting, server::Server::Phase::Stopping}) {
    server_.phase_ = phase;
    EXPECT_EQ(get("/readyz")->head().status, 503);
    EXPECT_EQ(get("/healthz")->body(), "ok\n");
  }
}

TEST_F(AdminAppTest, WhatIsNotThereSaysWhereToLook) {
  EXPECT_THAT(refusal("/_api/v0/nothing"), HasSubstr("404 "));
  EXPECT_THAT(refusal("/_api/v0/nothing"), HasSubstr("/_api/v0/openapi.json"));
  EXPECT_THAT(refusal("/_api/v1/workers"), HasSubstr("404 "));
  EXPECT_THAT(refusal("/nothing"), HasSubstr("/_panel/"));
}

// --- workers -------------------------------------------------------------------------------------

TEST_F(AdminAppTest, ListsWorkersInTheOrderOfTheirRoutes) {
  const json workers = document("/_api/v0/workers");
  ASSERT_EQ(workers.size(), 3u);
  EXPECT_EQ(workers[2]["path"], "/api/[id]");
  for (const auto& worker : workers) {
    const std::string id = worker["id"];
    EXPECT_EQ(document("/_api/v0/workers/" + id)["id"], id);
    EXPECT_EQ(document("/_api/v0/workers/" + id + "/state")["file"],
              worker["filepath"].get<std::string>().substr(5));
  }
}

TEST_F(AdminAppTest, AnUnknownWorkerOrPartIsNotFound) {
  const std::string id = document("/_api/v0/workers")[0]["id"];
  EXPECT_EQ(refusal("/_api/v0/workers/0000"), "404 there is no worker with this id");
  EXPECT_EQ(refusal("/_api/v0/workers/"), "404 there is no worker with this id");
  EXPECT_EQ(refusal("/_api/v0/workers/" + id + "/secrets"),
            "404 a worker has no such part; there is /state");
  EXPECT_EQ(refusal("/_api/v0/workers/" + id + "/"),
            "404 a worker has no such part; there is /state");
}

TEST_F(AdminAppTest, AWorkersStateHasItsOwnErrorsOnly) {
  ring_.error("mine", {{"route", "/cart"}});
  ring_.error("another's", {{"route", "/"}});
  ring_.info("mine, no error", {{"route", "/cart"}});
  const json workers = document("/_api/v0/workers");
  for (const auto& worker : workers) {
    if (worker["path"] != "/cart") continue;
    const json errors =
        document("/_api/v0/workers/" + worker["id"].get<std::string>() + "/state")["errors"];
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0]["text"], "mine");
  }
}

TEST_F(AdminAppTest, StatesAreFilteredAndPaged) {
  fake_worker(site_, 1).status_.state = State::Broken;
  fake_worker(site_, 2).status_.state = State::Loaded;
  fake_worker(site_, 0).identity_.config.name = "Front Page";
  EXPECT_THAT(files_of(""), testing::SizeIs(3));
  EXPECT_THAT(files_of("?state=broken"), ElementsAre("cart.js"));
  EXPECT_THAT(files_of("?state=loaded"), ElementsAre("api/[id].js"));
  EXPECT_THAT(files_of("?state=unloaded"), ElementsAre("index.js"));
  EXPECT_THAT(files_of("?contains=front+pAGE"), ElementsAre("index.js"));
  EXPECT_THAT(files_of("?contains=CART"), ElementsAre("cart.js"));
  EXPECT_THAT(files_of("?contains=cart&state=loaded"), ElementsAre());
  const json page = document("/_api/v0/states?offset=1&limit=1");
  EXPECT_EQ(page["matched"], 3);
  EXPECT_EQ(page["offset"], 1);
  EXPECT_EQ(page["items"].size(), 1u);
  EXPECT_EQ(document("/_api/v0/states?limit=0")["matched"], 3);
  EXPECT_THAT(refusal("/_api/v0/states?state=odd"), HasSubstr("`state`"));
  EXPECT_THAT(refusal("/_api/v0/states?limit=1001"), HasSubstr("`limit`"));
  EXPECT_THAT(refusal("/_api/v0/states?offset=-1"), HasSubstr("`offset`"));
}

// --- the server ----------------------------------------------------------------------------------

TEST_F(AdminAppTest, AddsUpTheLoops) {
  server_.loops_[0] = {.connections = 2, .background = 1, .pool = {.leases = 5, .running = 1}};
  server_.loops_[1] = {.connections = 3, .background = 0, .pool = {.leases = 7, .running = 2}};
  fake_worker(site_, 1).status_.state = State::Broken;
  fake_worker(site_, 2).status_ = {.state = State::Loaded,
                                   .language = "wasm",
                                   .kept = true,
                                   .image_pages = 4,
                                   .image_bytes = 4000};
  const json server = document("/_api/v0/server");
  EXPECT_EQ(server["connections"], 5);
  EXPECT_EQ(server["background_tasks"], 1);
  EXPECT_EQ(server["instances"]["leases"], 12);
  EXPECT_EQ(server["instances"]["running"], 3);
  EXPECT_EQ(server["instances"]["loops_seen"], 2);
  EXPECT_EQ(server["workers"]["total"], 3);
  EXPECT_EQ(server["workers"]["broken"], 1);
  EXPECT_EQ(server["workers"]["fresh"], 0);
  EXPECT_EQ(server["workers"]["image_pages"], 4);
  EXPECT_EQ(server["keeps_instances"], true);
  EXPECT_GT(server["process"]["resident_bytes"], 0);
  runtime_.why_not_kept_ = "the kernel is too old";
  EXPECT_EQ(document("/_api/v0/server")["why_not_kept"], "the kernel is too old");
  EXPECT_EQ(document("/_api/v0/server")["workers"]["fresh"], 1);
}

TEST_F(AdminAppTest, ALoopThatDoesNotAnswerIsLeftOut) {
  server_.loops_.resize(1);
  server_.loops_[0].connections = 2;
  const json server = document("/_api/v0/server");
  EXPECT_EQ(server["instances"]["loops_seen"], 1);
  EXPECT_EQ(server["connections"], 2);
}

TEST_F(AdminAppTest, MetricsNameTheWorkersThatWereAsked) {
  counters_.ended(1, 200, 1ms);
  const auto exchange = get("/metrics");
  EXPECT_EQ(exchange->head().headers.find("content-type"),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(
      exchange->body(),
      HasSubstr("wws_worker_requests_total{worker=\"cart.js\",route=\"/cart\",code=\"2xx\"} 1\n"));
  EXPECT_THAT(exchange->body(), testing::Not(HasSubstr("worker=\"index.js\"")));
}

TEST_F(AdminAppTest, LiveSamplesAndTheContractAreDocuments) {
  live_.sample(metrics_.total(), 1s, 1s);
  counters_.ended(0, 200, 1ms);
  live_.sample(metrics_.total(), 2s, 2s);
  const json samples = document("/_api/v0/live")["samples"];
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0]["requests_per_second"], 1);
  EXPECT_EQ(document("/_api/v0/openapi.json")["openapi"], "3.1.0");
}

// --- the log -------------------------------------------------------------------------------------

TEST_F(AdminAppTest, TheLogIsFilteredByLevelWorkerTextAndNumber) {
  ring_.debug("one", {{"worker", "cart.js"}});
  ring_.warn("two", {{"worker", "cart.js"}});
  ring_.error("Three", {{"worker", "index.js"}, {"stack", "at Needle"}});
  const auto texts = [this](const std::string& query) {
    std::vector<std::string> found;
    const json log = document("/_api/v0/log" + query);
    for (const auto& record : log["records"]) found.push_back(record["text"]);
    return found;
  };
  EXPECT_THAT(texts(""), ElementsAre("one", "two", "Three"));
  EXPECT_THAT(texts("?level=warn"), ElementsAre("two", "Three"));
  EXPECT_THAT(texts("?worker=cart.js"), ElementsAre("one", "two"));
  EXPECT_THAT(texts("?contains=needle"), ElementsAre("Three"));
  EXPECT_THAT(texts("?contains=THREE"), ElementsAre("Three"));
  EXPECT_THAT(texts("?after=2"), ElementsAre("Three"));
  EXPECT_THAT(texts("?limit=1"), ElementsAre("Three"));
  EXPECT_EQ(document("/_api/v0/log")["newest"], 3);
  EXPECT_THAT(refusal("/_api/v0/log?level=loud"), HasSubstr("400 "));
  EXPECT_THAT(refusal("/_api/v0/log?limit=2001"), HasSubstr("`limit`"));
  EXPECT_THAT(refusal("/_api/v0/log?after=x"), HasSubstr("`after`"));
}

TEST_F(AdminAppTest, ErrorsAreKeptApart) {
  ring_.error("bad");
  ring_.info("good");
  const json errors = document("/_api/v0/errors");
  ASSERT_EQ(errors["records"].size(), 1u);
  EXPECT_EQ(errors["records"][0]["text"], "bad");
  EXPECT_THAT(refusal("/_api/v0/errors?limit=x"), HasSubstr("`limit`"));
}

// --- requests of an operator ---------------------------------------------------------------------

TEST_F(AdminAppTest, AQuestionIsAskedAndItsAnswerTold) {
  server_.answer_ = {.body = "hello", .answered = true, .complete = true, .took = 2ms};
  server_.answer_.head.status = 201;
  const auto exchange = question(R"({"method": "POST", "path": "/api/7?x=1", "body": "b"})");
  ASSERT_EQ(exchange->head().status, 200) << exchange->body();
  ASSERT_EQ(server_.asked_.size(), 1u);
  EXPECT_EQ(server_.asked_[0].method, "POST");
  EXPECT_EQ(server_.asked_[0].target, "/api/7?x=1");
  EXPECT_EQ(server_.asked_[0].body, "b");
  EXPECT_EQ(server_.asked_[0].remote_address, "127.0.0.1");
  EXPECT_EQ(server_.asked_[0].headers.find("x-real-ip"), "127.0.0.1");
  const json answer = json::parse(exchange->body());
  EXPECT_EQ(answer["status"], 201);
  EXPECT_EQ(answer["body"], "hello");
  EXPECT_EQ(answer["worker"]["path"], "/api/[id]");
}

TEST_F(AdminAppTest, AQuestionThatNobodyAnswersIsAGatewaysError) {
  server_.answer_ = {.timed_out = true};
  EXPECT_EQ(question(R"({"path": "/"})")->head().status, 504);
  server_.answer_ = {};
  EXPECT_EQ(question(R"({"path": "/"})")->head().status, 502);
}

TEST_F(AdminAppTest, AQuestionThatIsNoneIsNotAsked) {
  EXPECT_EQ(question("{")->head().status, 400);
  EXPECT_EQ(question(R"({"path": "no slash"})")->head().status, 400);
  MemoryExchange::Request form{
      .method = "POST", .target = "/_api/v0/requests", .body = R"({"path": "/"})"};
  form.headers.add("content-type", "text/plain");
  EXPECT_THAT(refusal_of(std::move(form)), HasSubstr("415 "));
  EXPECT_TRUE(server_.asked_.empty());
}

// --- the panel's files ---------------------------------------------------------------------------

TEST_F(AdminAppTest, TheTopLeadsToThePanel) {
  for (const char* target : {"/", "/_panel"}) {
    const auto exchange = get(target);
    EXPECT_EQ(exchange->head().status, 308);
    EXPECT_EQ(exchange->head().headers.find("location"), "/_panel/");
  }
}

TEST_F(AdminAppTest, PlacesOfThePageAreThePageAndMissingAssetsAreNot) {
  EXPECT_EQ(get("/_panel/")->body(), "<!doctype html>");
  EXPECT_EQ(get("/_panel/workers/12ab")->body(), "<!doctype html>");
  EXPECT_EQ(get("/_panel/assets/a-1.js")->body(), "run()");
  EXPECT_EQ(refusal("/_panel/assets/gone"), "404 the panel has no such file");
  EXPECT_EQ(refusal("/_panel/gone.js"), "404 the panel has no such file");
}

TEST_F(AdminAppTest, AnAssetIsKeptForeverAndThePageIsAskedForAnew) {
  const auto asset = get("/_panel/assets/a-1.js");
  EXPECT_EQ(asset->head().headers.find("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(asset->head().headers.find("content-type"), "text/javascript; charset=utf-8");
  const auto page = get("/_panel/");
  EXPECT_EQ(page->head().headers.find("cache-control"), "no-cache");
  EXPECT_EQ(get("/_api/v0/workers")->head().headers.find("cache-control"), "no-store");
  MemoryExchange::Request again{.target = "/_panel/"};
  again.headers.add("if-none-match", std::string(page->head().headers.find("etag").value_or("")));
  const auto same = ask(std::move(again));
  EXPECT_EQ(same->head().status, 304);
  EXPECT_EQ(same->body(), "");
  EXPECT_FALSE(same->head().headers.contains("content-type"));
}

}  // namespace
}  // namespace wws::admin
