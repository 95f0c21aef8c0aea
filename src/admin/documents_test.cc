// Documents: what is said of a server, its workers and its log. Their shapes are openapi.json's,
// held by tests/admin/contract.py; here are the values.
#include "admin/documents.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "admin/test_server.h"

namespace wws::admin {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using State = worker::WorkerStatus::State;

class DocumentsTest : public testing::Test {
 protected:
  FakeWorker& worker(std::size_t target = 0) { return fake_worker(site_, target); }
  [[nodiscard]] Directory directory() const { return Directory(site_); }
  json state(bool keeps_instances = true) {
    const Directory found = directory();
    const WorkerView view{found.entries()[0], worker().status(), {}};
    return json::parse(state_document(view, {}, keeps_instances));
  }

  std::shared_ptr<server::Site> site_ = fake_site({"api/[id].js"}, "/srv/app");
};

TEST(Timestamp, IsUtcWithMilliseconds) {
  EXPECT_EQ(timestamp(0ns), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp(951'827'696'789ms + 999'999ns), "2000-02-29T12:34:56.789Z");
  EXPECT_EQ(timestamp(4'102'444'800s), "2100-01-01T00:00:00.000Z");
}

TEST(ProblemDocument, FollowsRfc9457) {
  const json problem = json::parse(problem_document(404, "there is no \"worker\""));
  EXPECT_EQ(problem["type"], "about:blank");
  EXPECT_EQ(problem["title"], "Not Found");
  EXPECT_EQ(problem["status"], 404);
  EXPECT_EQ(problem["detail"], "there is no \"worker\"");
}

TEST_F(DocumentsTest, AListOfWorkersHasTheOriginalsFourFields) {
  worker().identity_.config.name = "by id";
  const Directory found = directory();
  EXPECT_EQ(
      workers_document(found),
      "[{\"id\":\"" + found.entries()[0].id +
          "\",\"name\":\"by id\",\"path\":\"/api/[id]\",\"filepath\":\"/srv/app/api/[id].js\"}]");
}

TEST_F(DocumentsTest, ValuesOfVariablesAreMasked) {
  auto& config = worker().identity_.config;
  config.vars = {{"TOKEN", "very secret"}, {"EMPTY", ""}};
  config.kv_namespace = "counter";
  config.folders = {{.from = "/srv/app/data", .to = "/data"}};
  const std::string text = worker_document(directory().entries()[0]);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  const json document = json::parse(text);
  EXPECT_EQ(document["vars"], (json{{"TOKEN", "********"}, {"EMPTY", "********"}}));
  EXPECT_EQ(document["name"], "default");
  EXPECT_EQ(document["version"], "1");
  EXPECT_EQ(document["data"]["kv"], "counter");
  EXPECT_EQ(document["folders"], json::parse(R"([{"from": "/srv/app/data", "to": "/data"}])"));
  config.kv_namespace.reset();
  EXPECT_TRUE(json::parse(worker_document(directory().entries()[0]))["data"]["kv"].is_null());
}

TEST_F(DocumentsTest, AWorkerThatIsNotLoadedHasNoImage) {
  const json document = state();
  EXPECT_EQ(document["state"], "unloaded");
  for (const char* key :
       {"why_broken", "top_level_code", "why_each_request", "instances", "why_fresh", "image"})
    EXPECT_TRUE(document[key].is_null()) << key;
}

TEST_F(DocumentsTest, ALoadedWorkerTellsHowItIsRun) {
  worker().status_ = {.state = State::Loaded,
                      .language = "javascript",
                      .kept = true,
                      .image_pages = 3,
                      .image_bytes = 3000};
  const json document = state();
  EXPECT_EQ(document["top_level_code"], "once");
  EXPECT_EQ(document["instances"], "kept");
  EXPECT_TRUE(document["why_fresh"].is_null());
  EXPECT_EQ(document["image"], (json{{"pages", 3}, {"bytes", 3000}}));
  // The server may have stopped keeping any.
  EXPECT_EQ(state(false)["instances"], "fresh");
  EXPECT_EQ(state(false)["why_fresh"], "the server keeps no instances");
}

TEST_F(DocumentsTest, AReplayedWorkerSaysWhy) {
  worker().status_ = {.state = State::Loaded,
                      .language = "javascript",
                      .replayed = true,
                      .why_replayed = "it reads the clock",
                      .why_fresh = "it has two memories"};
  const json document = state();
  EXPECT_EQ(document["top_level_code"], "each-request");
  EXPECT_EQ(document["why_each_request"], "it reads the clock");
  EXPECT_EQ(document["instances"], "fresh");
  EXPECT_EQ(document["why_fresh"], "it has two memories");
}

TEST_F(DocumentsTest, ABrokenWorkerSaysWhyAlsoInBytesThatAreNoText) {
  worker().status_ = {.state = State::Broken, .language = "wasm", .why_broken = "bad \xff name"};
  const json document = state();
  EXPECT_EQ(document["state"], "broken");
  EXPECT_EQ(document["language"], "wasm");
  EXPECT_EQ(document["why_broken"], "bad \xef\xbf\xbd name");
}

TEST_F(DocumentsTest, AStateHasTheConfigurationAndTheLastErrors) {
  auto& config = worker().identity_.config;
  config.limits.cpu = 250ms;
  config.limits.request_bytes = 1000;
  config.http_requests.allowed_hosts = {"*.example.com"};
  config.http_requests.allow_private = true;
  config.warmup = {{"GET", "/a"}};
  config.evaluate = config::Evaluate::EachRequest;
  observe::KeptRecord record{
      .number = 7, .time = 1s, .level = observe::Level::Error, .text = "it failed"};
  record.fields = {{"worker", "default"}, {"stack", "at \xc3"}};
  const Directory found = directory();
  const WorkerView view{found.entries()[0], worker().status(), {}};
  const json document = json::parse(state_document(view, {&record, 1}, true));
  const json& configuration = document["configuration"];
  EXPECT_EQ(configuration["limits"]["cpu_ms"], 250);
  EXPECT_EQ(configuration["limits"]["request_bytes"], 1000);
  EXPECT_EQ(configuration["http_requests"]["allowed_hosts"], json{"*.example.com"});
  EXPECT_EQ(configuration["http_requests"]["allow_private"], true);
  EXPECT_EQ(configuration["http_requests"]["allow_http"], false);
  EXPECT_EQ(configuration["http_requests"]["max_response_bytes"], 64 << 20);
  EXPECT_EQ(configuration["warmup"], json{"GET /a"});
  EXPECT_EQ(configuration["evaluate"], "each-request");
  EXPECT_EQ(document["errors"],
            json::parse(R"([{"number": 7, "time": "1970-01-01T00:00:01.000Z", "level": "error",
      "text": "it failed", "fields": {"worker": "default", "stack": "at \ufffd"}}])"));
}

TEST_F(DocumentsTest, FiguresCountByStatusAndByLimit) {
  observe::Metrics metrics;
  auto& loop = metrics.add_loop();
  for (int i = 0; i < 3; ++i) loop.ended(0, 200, 2ms);
  loop.ended(0, 503, 2ms);
  loop.ended(0, 0, 2ms);
  loop.failed(0, observe::Limit::Cpu);
  loop.ran(0, observe::LoopMetrics::TopLevel::Replayed, 2ms, 4096);
  const Directory found = directory();
  const WorkerView view{found.entries()[0], worker().status(), metrics.worker(0)};
  const json document = json::parse(states_document({&view, 1}, 12, 10, true));
  EXPECT_EQ(document["matched"], 12);
  EXPECT_EQ(document["offset"], 10);
  const json& figures = document["items"][0]["figures"];
  EXPECT_EQ(figures["requests"], 5);
  EXPECT_EQ(figures["by_status"],
            (json{{"1xx", 0}, {"2xx", 3}, {"3xx", 0}, {"4xx", 0}, {"5xx", 1}, {"none", 1}}));
  EXPECT_EQ(figures["failures"], 1);
  EXPECT_EQ(figures["limits_hit"]["cpu"], 1);
  EXPECT_EQ(figures["limits_hit"]["wall"], 0);
  EXPECT_EQ(figures["runs"], 1);
  EXPECT_EQ(figures["replayed_runs"], 1);
  EXPECT_DOUBLE_EQ(figures["cpu_seconds"], 0.002);
  EXPECT_EQ(figures["peak_memory_bytes"], 4096);
  EXPECT_DOUBLE_EQ(figures["latency_ms"]["mean"], 2);
  EXPECT_NEAR(figures["latency_ms"]["p99"].get<double>(), 2, 0.5);
}

TEST_F(DocumentsTest, WithoutARequestThereIsNoLatency) {
  const json latency = state()["figures"]["latency_ms"];
  for (const char* key : {"mean", "p50", "p95", "p99"}) EXPECT_TRUE(latency[key].is_null()) << key;
}

TEST(ServerDocument, TellsWhatTheServerIsAndDoes) {
  Facts facts{.version = "2.0.0",
              .project = "/srv/app",
              .address = "http://127.0.0.1:8080",
              .loops = 4,
              .started = 10s};
  ServerStatus status{.phase = server::Server::Phase::Stopping, .now = 12'500ms, .loops_seen = 3};
  status.serves_files = true;
  status.why_not_kept = "PAGEMAP_SCAN is not available";
  status.workers = {
      .total = 3, .loaded = 1, .unloaded = 1, .broken = 1, .image_pages = 2, .image_bytes = 2000};
  status.figures.begun = 9;
  status.figures.by_class[2] = 7;
  status.figures.edge_limits[static_cast<std::size_t>(observe::EdgeLimit::Head)] = 3;
  status.figures.accepted = 11;
  status.loops.connections = 5;
  status.loops.pool.restored = 40;
  status.process = {.resident_bytes = 1 << 20, .cpu_seconds = 1.5};
  const json document = json::parse(server_document(facts, status));
  EXPECT_EQ(document["version"], "2.0.0");
  EXPECT_EQ(document["project"], "/srv/app");
  EXPECT_EQ(document["address"], "http://127.0.0.1:8080");
  EXPECT_EQ(document["phase"], "stopping");
  EXPECT_EQ(document["started"], "1970-01-01T00:00:10.000Z");
  EXPECT_DOUBLE_EQ(document["uptime_seconds"], 2.5);
  EXPECT_EQ(document["keeps_instances"], false);
  EXPECT_EQ(document["why_not_kept"], "PAGEMAP_SCAN is not available");
  EXPECT_EQ(document["workers"]["image_bytes"], 2000);
  EXPECT_EQ(document["in_flight"], 2);
  EXPECT_EQ(document["connections"], 5);
  EXPECT_EQ(document["connections_accepted"], 11);
  EXPECT_EQ(document["bounds_hit"]["head"], 3);
  EXPECT_EQ(document["bounds_hit"]["send_rate"], 0);
  EXPECT_EQ(document["loops"], 4);
  EXPECT_EQ(document["instances"]["loops_seen"], 3);
  EXPECT_EQ(document["instances"]["restored"], 40);
  EXPECT_EQ(document["process"]["resident_bytes"], 1 << 20);
  EXPECT_DOUBLE_EQ(document["process"]["cpu_seconds"], 1.5);
}

TEST(LiveDocument, ASampleWithoutRequestsHasNoQuantiles) {
  const std::deque<LiveSample> samples{
      {.time = 1s, .requests_per_second = 2.5, .in_flight = 3, .p50 = 1'500us}};
  const json sample = json::parse(live_document(samples))["samples"][0];
  EXPECT_DOUBLE_EQ(sample["requests_per_second"], 2.5);
  EXPECT_EQ(sample["in_flight"], 3);
  EXPECT_DOUBLE_EQ(sample["p50_ms"], 1.5);
  EXPECT_TRUE(sample["p95_ms"].is_null());
}

TEST(RecordsDocument, SaysHowFarItGoes) {
  const json document = json::parse(records_document({}, 41));
  EXPECT_EQ(document["newest"], 41);
  EXPECT_EQ(document["records"], json::array());
}

TEST_F(DocumentsTest, AnAnswerThatIsNoTextComesAsBase64) {
  server::Asked asked{.answered = true, .complete = true, .took = 1'250us};
  asked.head.status = 418;
  asked.head.reason = "Teapot";
  asked.head.headers.add("set-cookie", "a=1");
  asked.head.headers.add("set-cookie", "b=2");
  asked.body = "\xff\x01";
  const Directory found = directory();
  const json document = json::parse(asked_document(asked, &found.entries()[0]));
  EXPECT_EQ(document["status"], 418);
  EXPECT_EQ(document["reason"], "Teapot");
  EXPECT_EQ(document["headers"], json::parse(R"([["set-cookie", "a=1"], ["set-cookie", "b=2"]])"));
  EXPECT_EQ(document["body"], "/wE=");
  EXPECT_EQ(document["body_encoding"], "base64");
  EXPECT_DOUBLE_EQ(document["took_ms"], 1.25);
  EXPECT_EQ(document["worker"]["path"], "/api/[id]");
}

TEST(AskedDocument, TextIsTextAndAFileHasNoWorker) {
  server::Asked asked{.answered = true, .truncated = true};
  asked.body = "grüße";
  const json document = json::parse(asked_document(asked, nullptr));
  EXPECT_EQ(document["reason"], "OK");
  EXPECT_EQ(document["body"], "grüße");
  EXPECT_EQ(document["body_encoding"], "text");
  EXPECT_EQ(document["complete"], false);
  EXPECT_EQ(document["truncated"], true);
  EXPECT_TRUE(document["worker"].is_null());
}

}  // namespace
}  // namespace wws::admin
