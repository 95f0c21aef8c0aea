// App: who answers a request, and with which URL, parameters and headers.
#include "server/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "http/client/client.h"
#include "http/files/test_folder.h"
#include "http/memory_exchange.h"
#include "io/notifier.h"

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
  explicit FakeWorker(std::string name) { identity_.label = std::move(name); }

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
    const auto sent = co_await exchange.respond(std::move(head), identity_.label);
    EXPECT_TRUE(sent);
  }

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

class AppTest : public testing::Test {
 protected:
  // Serves `files`, each by a worker that answers with its file's name, and `public`.
  void serve(const std::vector<std::string>& files, const std::string& prefix = "") {
    site_->prefix = router::normalize_prefix(prefix);
    site_->router = std::move(router::Router::build(files, prefix).router);
    for (const std::string& file : files)
      site_->workers.push_back(std::make_shared<FakeWorker>(file));
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
    loop_.poll();
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
  io::TaskGroup background_{loop_.get_executor()};
  io::Offload offload_{loop_.get_executor()};
  observe::Metrics metrics_;
  abi::LoopServices services_{
      loop_.get_executor(), pool_, fetcher_, kv_, clock_, random_, log_, background_, offload_,
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
    EXPECT_EQ(answer->head().headers.find("vary"), "Origin") << target;
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
  EXPECT_EQ(body_of("/"), "");
  EXPECT_EQ(body_of("/x"), "[id].js");
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

TEST_F(AppTest, TheAccessLineSaysWhatWasAnswered) {
  serve({"index.js"});
  ask({.target = "/?q=1"});
  ASSERT_FALSE(log_.records().empty());
  EXPECT_THAT(log_.records().back().text, HasSubstr("127.0.0.1 \"GET /?q=1 HTTP/1.1\" 200 8 "));
}

}  // namespace
}  // namespace wws::server
