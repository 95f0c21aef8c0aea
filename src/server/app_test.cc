// App: who answers a request, and with which URL, parameters and headers.
#include "server/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "codec/compress.h"
#include "http/client/client.h"
#include "http/files/test_folder.h"
#include "http/memory_exchange.h"
#include "io/notifier.h"
#include "server/redirect.h"

namespace wws::server {
namespace {

namespace asio = boost::asio;
using http::MemoryExchange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Says which worker it is and remembers what it was asked.
class FakeWorker final : public worker::Worker {
 public:
  FakeWorker(std::string name, std::size_t number) {
    identity_.label = std::move(name);
    identity_.number = number;
  }

  [[nodiscard]] const abi::WorkerIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] worker::WorkerStatus status() const override { return {}; }
  Task<Result<void>> load(abi::LoopServices&) override { co_return Result<void>(); }
  Task<void> serve(abi::LoopServices&, http::Exchange& exchange, std::string url,
                   worker::Params params) override {
    urls.push_back(std::move(url));
    parameters.push_back(std::move(params));
    if (waits) {
      wake_.emplace(co_await asio::this_coro::executor);
      co_await wake_->wait();
    }
    http::ResponseHead head;
    head.status = answer_status;
    for (const auto& field : answer_headers) head.headers.add(field.name, field.value);
    if (pieces.empty()) {
      const bool has_body = http::status_has_body(answer_status);
      const std::string body = !has_body ? "" : answer.empty() ? identity_.label : answer;
      const auto sent = co_await exchange.respond(std::move(head), body);
      EXPECT_TRUE(sent);
      co_return;
    }
    const auto started = co_await exchange.start(std::move(head), std::nullopt);
    EXPECT_TRUE(started);
    for (const auto& piece : pieces) {
      const auto written = co_await exchange.write(piece);
      EXPECT_TRUE(written);
    }
    const auto finished = co_await exchange.finish();
    EXPECT_TRUE(finished);
  }

  int answer_status = 200;
  std::vector<http::Header> answer_headers;
  std::string answer;               // empty: its name
  std::vector<std::string> pieces;  // not empty: streamed instead

  std::vector<std::string> urls;
  std::vector<worker::Params> parameters;
  bool waits = false;  // until wake() is notified
  io::Notifier& wake() { return *wake_; }

 private:
  std::optional<io::Notifier> wake_;
  abi::WorkerIdentity identity_;
};

// Nothing in App runs a guest.
class NoPool final : public wasm::InstancePool {
 public:
  Task<Result<std::unique_ptr<wasm::Lease>>> acquire(std::shared_ptr<const wasm::Program>,
                                                     std::shared_ptr<const wasm::Image>) override {
    co_return fail(ErrorKind::Internal, "no pool");
  }
  std::optional<Result<std::unique_ptr<wasm::Lease>>> try_acquire(
      const std::shared_ptr<const wasm::Program>&,
      const std::shared_ptr<const wasm::Image>&) override {
    return std::nullopt;
  }
  [[nodiscard]] wasm::PoolStats stats() const noexcept override { return {}; }
  void drop_idle(const std::function<bool(const wasm::Image&)>&) override {}
};

// What a body in a coding says.
std::string plain_of(const std::string& coding, std::string_view bytes) {
  using codec::compress::Format;
  const auto format = coding == "gzip" ? Format::Gzip
                      : coding == "br" ? Format::Brotli
                                       : Format::Zstd;
  auto decoder = codec::compress::make(format, codec::compress::Direction::Decompress).value();
  std::string out, room(64 * 1024, '\0');
  for (;;) {
    const auto step =
        decoder->step(as_bytes(bytes), {reinterpret_cast<std::uint8_t*>(room.data()), room.size()},
                      codec::Codec::Input::Last);
    if (!step) return "not in this coding";
    out.append(room, 0, step->written);
    bytes.remove_prefix(step->consumed);
    if (step->finished) return out;
  }
}

class AppTest : public testing::Test {
 protected:
  // Serves `files`, each by a worker that answers with its file's name, and `public`.
  void serve(const std::vector<std::string>& files, const std::string& prefix = "") {
    site_->prefix = router::normalize_prefix(prefix);
    site_->router = std::move(router::Router::build(files, prefix).router);
    for (const std::string& file : files)
      site_->workers.push_back(std::make_shared<FakeWorker>(file, site_->workers.size()));
    auto opened = http::StaticFiles::open(folder_.path(), clock_);
    ASSERT_TRUE(opened);
    site_->files = *std::move(opened);
  }
  FakeWorker& worker(std::size_t index) { return static_cast<FakeWorker&>(*site_->workers[index]); }

  std::unique_ptr<MemoryExchange> ask(MemoryExchange::Request request) {
    auto exchange = std::make_unique<MemoryExchange>(std::move(request));
    asio::co_spawn(loop_, app_.handle(*exchange),
                   [](std::exception_ptr error) { EXPECT_FALSE(error) << "a handler threw"; });
    loop_.restart();
    loop_.run();
    return exchange;
  }
  std::string body_of(const std::string& target) { return ask({.target = target})->body(); }
  int status_of(const std::string& target) { return ask({.target = target})->head().status; }

  http::TestFolder folder_;
  asio::io_context loop_{1};
  io::SystemClock clock_;
  io::SystemRandom random_;
  observe::MemoryLog log_;
  NoPool pool_;
  std::unique_ptr<http::Client> client_ = http::make_client(loop_, {}).value();
  bindings::Fetcher fetcher_{*client_};
  bindings::KvStore kv_;
  bindings::CacheStore caches_{clock_};
  io::TaskGroup background_{loop_.get_executor()};
  io::Offload offload_{loop_.get_executor()};
  observe::Metrics metrics_;
  abi::LoopServices services_{loop_.get_executor(),
                              pool_,
                              fetcher_,
                              kv_,
                              caches_,
                              clock_,
                              random_,
                              log_,
                              background_,
                              offload_,
                              &metrics_.add_loop()};
  std::shared_ptr<Site> site_ = std::make_shared<Site>();
  CurrentSite sites_{site_};
  App app_{sites_, services_};
};

TEST_F(AppTest, AFixedWorkerHidesAFileAndAFileHidesTheOtherWorkers) {
  folder_.write("about", "file");
  folder_.write("logo.svg", "file");
  serve({"about.js", "[id].js"});
  EXPECT_EQ(body_of("/about"), "about.js");
  EXPECT_EQ(body_of("/logo.svg"), "file");
  EXPECT_EQ(body_of("/other"), "[id].js");
}

TEST_F(AppTest, AWorkerGetsTheAbsoluteUrlAndItsParameters) {
  serve({"[id].js"});
  ask({.target = "//a%20b/?q=1&r=/"});
  EXPECT_THAT(worker(0).urls, ElementsAre("http://localhost/a%20b?q=1&r=/"));
  EXPECT_THAT(worker(0).parameters, ElementsAre(ElementsAre(Pair("id", "a b"))));
}

TEST_F(AppTest, CountsEachRequestForTheWorkerThatAnswered) {
  folder_.write("logo.svg", "file");
  serve({"index.js", "[id].js"});
  ask({.target = "/"});
  ask({.target = "/a"});
  ask({.target = "/b"});
  ask({.target = "/logo.svg"});
  ask({.target = "/no/such"});
  const observe::Figures all = metrics_.total();
  EXPECT_EQ(all.by_class[2], 4u);
  EXPECT_EQ(all.by_class[4], 1u);
  EXPECT_EQ(all.in_flight(), 0u);
  EXPECT_EQ(metrics_.worker(0).requests(), 1u);
  EXPECT_EQ(metrics_.worker(1).requests(), 2u);
}

TEST_F(AppTest, NothingOutsideThePrefixIsServed) {
  folder_.write("main.css", "file");
  serve({"index.js"}, "app");
  EXPECT_EQ(body_of("/app"), "index.js");
  EXPECT_EQ(body_of("/app/main.css"), "file");
  EXPECT_EQ(status_of("/main.css"), 404);
  EXPECT_EQ(status_of("/application/main.css"), 404);
}

TEST_F(AppTest, APrefixIsComparedDecodedForFilesAsForWorkers) {
  folder_.write("main.css", "file");
  serve({"index.js"}, "caf\xc3\xa9 bar");
  for (const std::string below : {"/caf%C3%A9%20bar", "/caf%c3%a9%20b%61r", "//caf%C3%A9%20bar/"}) {
    EXPECT_EQ(body_of(below), "index.js") << below;
    EXPECT_EQ(body_of(below + "/main.css"), "file") << below;
  }
}

TEST_F(AppTest, WhatDoesNotExistIsThe404PageWithItsStatus) {
  folder_.write("404.html", "<gone>");
  serve({"index.js"});
  const auto answer = ask({.target = "/nothing"});
  EXPECT_EQ(answer->head().status, 404);
  EXPECT_EQ(answer->body(), "<gone>");
}

TEST_F(AppTest, WithoutFilesA404HasNoBody) {
  serve({"index.js"});
  site_->files.reset();
  const auto answer = ask({.target = "/nothing"});
  EXPECT_EQ(answer->head().status, 404);
  EXPECT_EQ(answer->body(), "");
}

TEST_F(AppTest, AHeadOfAFileAnnouncesItsLengthAndSendsNothing) {
  folder_.write("main.css", "0123456789");
  serve({});
  const auto answer = ask({.method = "HEAD", .target = "/main.css"});
  EXPECT_EQ(answer->head().status, 200);
  EXPECT_EQ(answer->body(), "");
}

TEST_F(AppTest, AReaderThatLeavesIsNoErrorOfTheServer) {
  folder_.write("big.bin", std::string(200'000, 'x'));
  serve({});
  auto exchange = std::make_unique<MemoryExchange>(MemoryExchange::Request{.target = "/big.bin"});
  exchange->leave();
  asio::co_spawn(loop_, app_.handle(*exchange), asio::detached);
  loop_.restart();
  loop_.run();
  EXPECT_FALSE(exchange->finished());
  EXPECT_FALSE(log_.contains("cannot send"));
}

TEST_F(AppTest, APreflightIsAnsweredForWorkersFilesAndWhatDoesNotExist) {
  folder_.write("main.css", "file");
  serve({"index.js"});
  site_->cors = Cors({"https://a.example"});
  for (const char* target : {"/", "/main.css", "/nothing"}) {
    http::Headers headers;
    headers.add("Origin", "https://a.example");
    headers.add("Access-Control-Request-Method", "PUT");
    const auto answer = ask({.method = "OPTIONS", .target = target, .headers = headers});
    EXPECT_EQ(answer->head().status, 204) << target;
    EXPECT_EQ(answer->head().headers.find("access-control-allow-origin"), "https://a.example");
  }
  EXPECT_TRUE(worker(0).urls.empty());
}

TEST_F(AppTest, EveryAnswerIsReadableByAnAllowedOrigin) {
  folder_.write("main.css", "file");
  serve({"index.js"});
  site_->cors = Cors({"https://a.example"});
  for (const char* target : {"/", "/main.css", "/nothing"}) {
    http::Headers headers;
    headers.add("Origin", "https://a.example");
    const auto answer = ask({.target = target, .headers = headers});
    EXPECT_EQ(answer->head().headers.find("access-control-allow-origin"), "https://a.example")
        << target;
    EXPECT_TRUE(answer->head().headers.has_token("vary", "origin")) << target;
  }
}

TEST_F(AppTest, ARequestUnderWayEndsOnTheSiteThatItBeganWith) {
  serve({"index.js"});
  std::weak_ptr<Site> first = site_;
  auto request = http::MemoryExchange(MemoryExchange::Request{.target = "/"});
  worker(0).waits = true;
  asio::co_spawn(loop_, app_.handle(request), asio::detached);
  loop_.poll();
  io::Notifier& wake = worker(0).wake();
  site_ = std::make_shared<Site>();
  sites_.replace(site_);
  serve({"[id].js"});
  app_.refresh();
  auto later = http::MemoryExchange(MemoryExchange::Request{.target = "/x"});
  asio::co_spawn(loop_, app_.handle(later), asio::detached);
  loop_.poll();
  EXPECT_EQ(later.body(), "[id].js");
  EXPECT_FALSE(first.expired());
  wake.notify();
  loop_.restart();
  loop_.run();
  EXPECT_EQ(request.body(), "index.js");
  EXPECT_TRUE(first.expired());
}

TEST_F(AppTest, InDevelopmentAPageReloadsAndNobodyElseSeesIt) {
  serve({"index.js"});
  develop::LiveReload reload(std::chrono::nanoseconds(1));
  App app(sites_, services_, &reload);
  const auto get = [&](MemoryExchange::Request request) {
    auto exchange = std::make_unique<MemoryExchange>(std::move(request));
    asio::co_spawn(loop_, app.handle(*exchange), asio::detached);
    loop_.restart();
    loop_.run();
    return exchange->body();
  };
  EXPECT_THAT(get({.target = "/_wws/dev.js"}), HasSubstr("EventSource"));
  http::Headers browser;
  browser.add("Accept", "text/html");
  EXPECT_EQ(get({.target = "/", .headers = browser}), "index.js");  // no page
  folder_.write("page.html", "<p>hello");
  EXPECT_THAT(get({.target = "/page.html", .headers = browser}), HasSubstr("/_wws/dev.js?v=1.0"));
  EXPECT_EQ(get({.target = "/page.html"}), "<p>hello");
  // In production neither is there.
  EXPECT_EQ(ask({.target = "/page.html", .headers = browser})->body(), "<p>hello");
  EXPECT_EQ(status_of("/_wws/dev.js"), 404);
  EXPECT_EQ(status_of("/_wws/dev"), 404);
}

http::Headers accepting(const std::string& codings) {
  http::Headers headers;
  headers.add("Accept-Encoding", codings);
  return headers;
}

TEST_F(AppTest, CompressesAWorkersTextForWhoAcceptsIt) {
  serve({"index.js"});
  worker(0).answer = std::string(500'000, 'x');
  worker(0).answer_headers = {{"Content-Type", "text/plain"}, {"ETag", "\"1\""}};
  for (const std::string coding : {"gzip", "br", "zstd"}) {
    const auto answer = ask({.headers = accepting(coding)});
    EXPECT_EQ(answer->head().headers.find("content-encoding"), coding);
    EXPECT_EQ(answer->head().headers.find("vary"), "Accept-Encoding");
    EXPECT_EQ(answer->head().headers.find("etag"), "W/\"1\"");
    EXPECT_EQ(plain_of(coding, answer->body()), worker(0).answer) << coding;
    EXPECT_TRUE(answer->finished());
  }
  const auto plain = ask({});
  EXPECT_EQ(plain->body(), worker(0).answer);
  EXPECT_EQ(plain->head().headers.find("vary"), "Accept-Encoding");
  EXPECT_EQ(plain->head().headers.find("etag"), "\"1\"");
}

TEST_F(AppTest, AStreamIsCompressedPieceByPiece) {
  serve({"index.js"});
  worker(0).pieces = {"one ", "two ", std::string(2'000, '3')};
  worker(0).answer_headers = {{"Content-Type", "text/plain"}};
  const auto answer = ask({.headers = accepting("gzip")});
  EXPECT_EQ(plain_of("gzip", answer->body()), "one two " + std::string(2'000, '3'));
  worker(0).answer_headers = {{"Content-Type", "text/event-stream"}};
  EXPECT_EQ(ask({.headers = accepting("gzip")})->body(), "one two " + std::string(2'000, '3'));
}

TEST_F(AppTest, AnAnswerToHeadSaysWhatGetWould) {
  serve({"index.js"});
  auto& one = worker(0);
  one.answer_headers = {{"Content-Type", "text/plain"}, {"ETag", "\"1\""}};
  const auto head = [&](const std::string& codings) {
    return ask({.method = "HEAD", .headers = accepting(codings)});
  };
  const std::string text(5'000, 'x');
  for (const bool streamed : {false, true}) {
    one.answer = streamed ? "" : text;
    one.pieces = streamed ? std::vector<std::string>{text} : std::vector<std::string>{};
    const auto answer = head("gzip");
    EXPECT_EQ(answer->head().headers.find("content-encoding"), "gzip");
    EXPECT_EQ(answer->head().headers.find("vary"), "Accept-Encoding");
    EXPECT_EQ(answer->head().headers.find("etag"), "W/\"1\"");
    EXPECT_TRUE(answer->finished());
    EXPECT_FALSE(head("identity")->head().headers.contains("content-encoding"));
    EXPECT_EQ(head("identity")->head().headers.find("vary"), "Accept-Encoding");
  }
  one.pieces.clear();
  one.answer = std::string(1'000, 'x');
  EXPECT_FALSE(head("gzip")->head().headers.contains("vary"));
  one.answer = text;
  one.answer_headers = {{"ETag", "\"1\""}};
  EXPECT_EQ(head("gzip")->head().headers.find("etag"), "\"1\"");
  EXPECT_EQ(head("gzip")->head().headers.size(), 1u);
}

TEST_F(AppTest, A304SaysWhatThe200InItsPlaceWould) {
  serve({"index.js"});
  auto& one = worker(0);
  one.answer_status = 304;
  one.answer_headers = {{"ETag", "\"1\""}};
  const auto told = [&](const std::string& codings, const std::string& has) {
    auto headers = accepting(codings);
    headers.add("If-None-Match", has);
    return ask({.headers = headers})->head();
  };
  for (const std::string codings : {"gzip", "identity"})
    EXPECT_EQ(told(codings, "W/\"1\"").headers.find("vary"), "Accept-Encoding") << codings;
  EXPECT_EQ(told("gzip", "W/\"1\"").headers.find("etag"), "W/\"1\"");
  EXPECT_FALSE(told("gzip", "W/\"1\"").headers.contains("content-encoding"));
  EXPECT_EQ(told("gzip", "\"0\", W/\"1\"").headers.find("etag"), "W/\"1\"");
  EXPECT_EQ(told("gzip", "*").headers.find("etag"), "W/\"1\"");
  EXPECT_EQ(told("gzip", "\"1\"").headers.find("etag"), "\"1\"");
  EXPECT_EQ(told("gzip", "W/\"1\", \"1\"").headers.find("etag"), "\"1\"");
  EXPECT_EQ(told("identity", "W/\"1\"").headers.find("etag"), "\"1\"");
  one.answer_headers = {{"Content-Type", "image/png"}, {"ETag", "\"1\""}};
  EXPECT_EQ(told("gzip", "W/\"1\"").headers.size(), 2u);
  site_->body_coding = BodyCoding::Off;
  one.answer_headers = {{"ETag", "\"1\""}};
  EXPECT_EQ(told("gzip", "W/\"1\"").headers.size(), 1u);
}

TEST_F(AppTest, WhatIsSmallOrCodedOrSwitchedOffIsLeftAlone) {
  serve({"index.js"});
  auto& one = worker(0);
  one.answer = std::string(1'000, 'x');
  one.answer_headers = {{"Content-Type", "text/plain"}};
  EXPECT_EQ(ask({.headers = accepting("gzip")})->body(), one.answer);
  one.answer = std::string(5'000, 'x');
  one.answer_headers = {{"Content-Type", "text/plain"}, {"Content-Encoding", "gzip"}};
  EXPECT_EQ(ask({.headers = accepting("gzip")})->body(), one.answer);
  one.answer_headers = {{"Content-Type", "text/plain"}};
  site_->body_coding = BodyCoding::Off;
  const auto answer = ask({.headers = accepting("gzip")});
  EXPECT_EQ(answer->body(), one.answer);
  EXPECT_FALSE(answer->head().headers.contains("vary"));
}

TEST_F(AppTest, AFileIsEncodedForTheFirstWhoWantsItAndKept) {
  const std::string text(50'000, 'x');
  folder_.write("big.css", text);
  serve({});
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask({.target = "/big.css", .headers = accepting("gzip")});
    EXPECT_EQ(answer->head().headers.find("content-encoding"), "gzip");
    EXPECT_EQ(plain_of("gzip", answer->body()), text);
  }
  EXPECT_EQ(body_of("/big.css"), text);
}

TEST_F(AppTest, RulesLeadElsewhereWhereNoFileAndNoFixedWorkerIs) {
  folder_.write("here.txt", "file");
  serve({"fixed.js", "[id].js"}, "app");
  site_->redirects = router::Redirects::parse("_redirects",
                                              "/here.txt /x\n"
                                              "/fixed /x\n"
                                              "/moved /new 301\n"
                                              "/there https://a.example/y 307\n"
                                              "/forced /z 302!\n")
                         .redirects;
  EXPECT_EQ(body_of("/app/here.txt"), "file");
  EXPECT_EQ(body_of("/app/fixed"), "fixed.js");
  EXPECT_EQ(body_of("/app/other"), "[id].js");
  const auto moved = ask({.target = "/app/moved?q=1"});
  EXPECT_EQ(moved->head().status, 301);
  EXPECT_EQ(moved->head().headers.find("location"), "/app/new?q=1");
  EXPECT_EQ(ask({.target = "/app/there"})->head().headers.find("location"), "https://a.example/y");
  EXPECT_EQ(status_of("/moved"), 404);
}

TEST_F(AppTest, AForcedRuleComesFirst) {
  folder_.write("a.txt", "file");
  serve({"b.js"});
  site_->redirects =
      router::Redirects::parse("_redirects", "/a.txt /b 302!\n/b /a.txt 200!\n").redirects;
  EXPECT_EQ(status_of("/a.txt"), 302);
  EXPECT_EQ(body_of("/b"), "file");
}

TEST_F(AppTest, APageAnswersForEveryPathThatNothingElseHas) {
  folder_.write("index.html", "<app>");
  folder_.write("gone.html", "<gone>");
  serve({"api/[id].js"});
  site_->redirects =
      router::Redirects::parse("_redirects", "/old/* /gone 404\n/* /index.html 200\n").redirects;
  EXPECT_EQ(body_of("/deep/link?x=1"), "<app>");
  EXPECT_EQ(body_of("/api/1"), "api/[id].js");
  const auto gone = ask({.target = "/old/thing"});
  EXPECT_EQ(gone->head().status, 404);
  EXPECT_EQ(gone->body(), "<gone>");
}

TEST_F(AppTest, ARuleMayLeadToAWorker) {
  serve({"blog/[slug].js"});
  site_->redirects = router::Redirects::parse("_redirects", "/b/:n /blog/:n 200\n").redirects;
  EXPECT_EQ(body_of("/b/caf%C3%A9?q=1"), "blog/[slug].js");
  EXPECT_THAT(worker(0).urls, ElementsAre("http://localhost/blog/caf%C3%A9?q=1"));
  EXPECT_THAT(worker(0).parameters, ElementsAre(ElementsAre(Pair("slug", "caf\xc3\xa9"))));
}

TEST_F(AppTest, HeadersOfRulesGoWithFiles) {
  folder_.write("main.css", "file");
  serve({"index.js"}, "app");
  site_->header_rules =
      router::HeaderRules::parse("_headers", "/*.css\n  X-A: 1\n  Content-Type: text/x\n").rules;
  const auto answer = ask({.target = "/app/main.css"});
  EXPECT_EQ(answer->head().headers.find("x-a"), "1");
  EXPECT_EQ(answer->head().headers.find("content-type"), "text/x");
  EXPECT_FALSE(ask({.target = "/app"})->head().headers.contains("x-a"));
}

TEST_F(AppTest, HeadersOfRulesGoWithThe404PageAsWithItsFile) {
  folder_.write("404.html", "<gone>");
  serve({"index.js"}, "app");
  site_->header_rules =
      router::HeaderRules::parse("_headers", "/*\n  X-A: 1\n/assets/*\n  Cache-Control: x\n").rules;
  for (const std::string method : {"GET", "HEAD"}) {
    const auto answer = ask({.method = method, .target = "/app/assets/missing.js"});
    EXPECT_EQ(answer->head().status, 404);
    EXPECT_EQ(answer->head().headers.find("x-a"), "1");
    EXPECT_FALSE(answer->head().headers.contains("cache-control"));
  }
  EXPECT_EQ(ask({.target = "/elsewhere"})->head().headers.find("x-a"), "1");
}

TEST_F(AppTest, TheAccessLineSaysWhatWasAnswered) {
  serve({"index.js"});
  ask({.target = "/?q=1"});
  ASSERT_FALSE(log_.records().empty());
  EXPECT_THAT(log_.records().back().text, HasSubstr("] \"GET /?q=1 HTTP/1.1\" 200 8 "));
}

TEST_F(AppTest, OptionsOfTheWholeServerIsTheServersOwn) {
  folder_.write("404.html", "none");
  serve({"[...rest].js"});
  const auto answer = ask({.method = "OPTIONS", .target = "*"});
  EXPECT_EQ(answer->head().status, 204);
  EXPECT_EQ(answer->head().headers.find("allow"), "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(answer->body(), "");
  EXPECT_TRUE(worker(0).urls.empty());
}

http::RequestHead refused_head() {
  http::RequestHead head;
  head.remote_address = "192.0.2.1";
  head.request_id = "0123";
  return head;
}

TEST_F(AppTest, ARefusedRequestIsCountedAndLeavesALine) {
  app_.records().refused(refused_head(), 400, 12);
  EXPECT_THAT(log_.records().back().text, HasSubstr("192.0.2.1 - - ["));
  EXPECT_THAT(log_.records().back().text, HasSubstr("] \"- - -\" 400 12 "));
  auto head = refused_head();
  head.method = "GET";
  head.target = "/a";
  app_.records().refused(head, 413, 12);
  EXPECT_THAT(log_.records().back().text, HasSubstr("] \"GET /a HTTP/1.1\" 413 12 "));
  app_.records().refused(head, 505, 12);
  EXPECT_THAT(log_.records().back().text, HasSubstr("] \"GET /a -\" 505 12 "));
  EXPECT_EQ(metrics_.total().by_class[4], 2u);
  EXPECT_EQ(metrics_.total().by_class[5], 1u);
}

TEST_F(AppTest, TheLineOfARefusedRequestIsBounded) {
  auto head = refused_head();
  head.method = "GET";
  head.target = "/" + std::string(60'000, 'a');
  head.headers.add("user-agent", std::string(60'000, '\x80'));
  head.headers.add("referer", std::string(60'000, '"'));
  app_.records().refused(head, 431, 12);
  EXPECT_LT(log_.records().back().text.size(), 10'000u);
}

TEST_F(AppTest, ARedirectToHttpsIsCountedAndLeavesALine) {
  RedirectToHttps redirect(443, services_, app_.records());
  MemoryExchange exchange({.target = "/a"});
  asio::co_spawn(loop_, redirect.handle(exchange),
                 [](std::exception_ptr error) { EXPECT_FALSE(error) << "a handler threw"; });
  loop_.run();
  EXPECT_EQ(exchange.head().headers.find("location"), "https://localhost/a");
  EXPECT_THAT(log_.records().back().text, HasSubstr("] \"GET /a HTTP/1.1\" 308 0 "));
  EXPECT_EQ(metrics_.total().by_class[3], 1u);
  EXPECT_EQ(metrics_.total().in_flight(), 0u);
}

}  // namespace
}  // namespace wws::server
