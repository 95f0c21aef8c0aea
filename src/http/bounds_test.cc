// What the listener bounds beside the protocol: addresses, rates, requests of a connection.
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "http/test_server.h"

namespace wws::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using observe::EdgeLimit;

class BoundsHandler final : public Handler {
 public:
  Task<void> handle(Exchange& exchange) override {
    const std::string path(exchange.request().path());
    if (path == "/wait") co_return co_await wait(exchange);
    if (path == "/flood") co_return co_await flood(exchange);
    if (path == "/read") {
      auto piece = co_await exchange.read();
      while (piece && !piece->empty()) piece = co_await exchange.read();
      if (!piece) co_return;  // the connection knows what to answer
    }
    ResponseHead head;
    const auto& request = exchange.request();
    co_await exchange.respond(std::move(head), request.request_id + " " + request.remote_address);
  }
  std::atomic<int> waiting{0};

 private:
  Task<void> wait(Exchange& exchange) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    exchange.on_gone([&timer] { timer.cancel(); });
    boost::system::error_code ignored;
    ++waiting;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  static Task<void> flood(Exchange& exchange) {
    ResponseHead head;
    const std::string block(64 * 1024, 'x');
    co_await exchange.start(std::move(head), std::nullopt);
    for (int i = 0; i < 1000; ++i) {
      const auto written = co_await exchange.write(block);
      if (!written) co_return;
    }
    co_await exchange.finish();
  }
};

class BoundsTest : public testing::Test {
 protected:
  BoundsTest() { options_.metrics = &metrics_.add_loop(); }

  TestServer& start() {
    server_.emplace(handler_, options_);
    return *server_;
  }
  [[nodiscard]] std::uint64_t hits(EdgeLimit limit) const {
    return metrics_.total().edge_limits[static_cast<std::size_t>(limit)];
  }
  void trust_this_machine() { ASSERT_TRUE(options_.trusted_proxies.add("127.0.0.1")); }
  void wait_for_handlers(int count) const {
    for (int i = 0; i < 20'000 && handler_.waiting < count; ++i) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(handler_.waiting, count);
  }

  observe::Metrics metrics_;
  ListenerOptions options_;
  BoundsHandler handler_;
  std::optional<TestServer> server_;
};

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
bool is_status(std::string_view response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

// PROXY v2 of a connection from 192.0.2.N.
std::string proxied(char last) {
  using namespace std::string_literals;
  return "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02"s + last + "\x7f\0\0\x01\x30\x39\0\x50"s;
}

TEST_F(BoundsTest, AnAddressHasAsManyConnectionsAsItMay) {
  trust_this_machine();
  options_.proxy_protocol = true;
  options_.limits.max_per_address = 1;
  TestServer& server = start();
  const TestSocket one(server.port());
  EXPECT_TRUE(one.send(proxied(1) + get("/")));
  EXPECT_NE(one.receive().find("192.0.2.1"), std::string::npos);
  const TestSocket two(server.port());
  two.send(proxied(1) + get("/"));
  EXPECT_EQ(two.receive_all(), "");
  EXPECT_EQ(hits(EdgeLimit::PerAddress), 1u);
  EXPECT_TRUE(server.log().contains("its address has as many as it may"));
  const TestSocket other(server.port());
  EXPECT_TRUE(other.send(proxied(2) + get("/", "Connection: close\r\n")));
  EXPECT_NE(other.receive_all().find("192.0.2.2"), std::string::npos);
}

TEST_F(BoundsTest, OneBehindAProxyHasAsManyRequestsAtOnce) {
  trust_this_machine();
  options_.limits.max_per_address = 1;
  TestServer& server = start();
  const std::string from = "X-Forwarded-For: 192.0.2.9\r\n";
  TestSocket one(server.port());
  EXPECT_TRUE(one.send(get("/wait", from)));
  wait_for_handlers(1);
  const TestSocket two(server.port());
  EXPECT_TRUE(two.send(get("/", from)));
  const std::string refused = two.receive_all();
  EXPECT_TRUE(is_status(refused, 429)) << refused;
  EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(hits(EdgeLimit::PerAddress), 1u);
  const TestSocket other(server.port());
  EXPECT_TRUE(other.send(get("/", "X-Forwarded-For: 192.0.2.8\r\nConnection: close\r\n")));
  EXPECT_TRUE(is_status(other.receive_all(), 200));
  one.close();
  for (int i = 0; i < 20'000 && server.open_connections() > 0; ++i)
    std::this_thread::sleep_for(1ms);
  const TestSocket again(server.port());
  EXPECT_TRUE(again.send(get("/", from + "Connection: close\r\n")));
  EXPECT_TRUE(is_status(again.receive_all(), 200)) << "the place is free again";
}

TEST_F(BoundsTest, AConnectionEndsInOrderAfterItsRequests) {
  options_.limits.max_requests = 2;
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/") + get("/") + get("/")));
  const std::string all = client.receive_all();
  EXPECT_EQ(all.find("Connection: close\r\n"), all.rfind("Connection: close\r\n"));
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  std::size_t answers = 0;
  for (std::size_t at = all.find("HTTP/1.1 200"); at != std::string::npos;
       at = all.find("HTTP/1.1 200", at + 1))
    ++answers;
  EXPECT_EQ(answers, 2u);
}

TEST_F(BoundsTest, ABodyThatTricklesIsTimedOut) {
  options_.limits.receive_rate = 1'000'000;
  options_.limits.rate_window = 20ms;
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx"));
  EXPECT_TRUE(is_status(client.receive_all(), 408));
  EXPECT_EQ(hits(EdgeLimit::ReceiveRate), 1u);
  EXPECT_EQ(hits(EdgeLimit::BodyTime), 0u);
}

TEST_F(BoundsTest, AReaderThatTricklesIsCut) {
  options_.limits.send_rate = 1'000'000'000;
  options_.limits.rate_window = 20ms;
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/flood")));
  EXPECT_NE(client.receive(), "");
  for (int i = 0; i < 20'000 && server.open_connections() > 0; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(hits(EdgeLimit::SendRate), 1u);
  EXPECT_EQ(hits(EdgeLimit::WriteTime), 0u);
}

TEST_F(BoundsTest, WhatIsRefusedIsCounted) {
  options_.limits.max_headers = 2;
  options_.limits.max_body_bytes = 5;
  options_.limits.header_timeout = 20ms;
  options_.limits.body_timeout = 20ms;
  TestServer& server = start();
  const auto ask = [&](const std::string& bytes) {
    const TestSocket client(server.port());
    client.send(bytes);
    return client.receive_all();
  };
  EXPECT_TRUE(is_status(ask(get("/", "A: b\r\nC: d\r\n")), 431));
  EXPECT_TRUE(is_status(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n123456"), 413));
  EXPECT_TRUE(is_status(ask("GET / HT"), 408));
  EXPECT_TRUE(is_status(ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n1"), 408));
  EXPECT_EQ(hits(EdgeLimit::Head), 1u);
  EXPECT_EQ(hits(EdgeLimit::Body), 1u);
  EXPECT_EQ(hits(EdgeLimit::HeadTime), 1u);
  EXPECT_EQ(hits(EdgeLimit::BodyTime), 1u);
  EXPECT_EQ(metrics_.total().accepted, 4u);
}

TEST_F(BoundsTest, AConnectionThatOnlyIdlesIsNotCounted) {
  options_.limits.idle_timeout = 20ms;
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(metrics_.total().edge_limits, observe::Figures().edge_limits);
}

TEST_F(BoundsTest, AFullServerLetsOthersWait) {
  options_.limits.max_connections = 1;
  TestServer& server = start();
  TestSocket one(server.port());
  EXPECT_TRUE(one.send(get("/")));
  EXPECT_NE(one.receive(), "");
  const TestSocket two(server.port());
  EXPECT_TRUE(two.send(get("/", "Connection: close\r\n")));
  for (int i = 0; i < 20'000 && hits(EdgeLimit::Connections) == 0; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(hits(EdgeLimit::Connections), 1u);
  EXPECT_EQ(server.open_connections(), 1u);
  one.close();
  EXPECT_TRUE(is_status(two.receive_all(), 200));
}

TEST_F(BoundsTest, ConnectionsOfOtherListenersCount) {
  Occupancy occupancy({.total = 1});
  options_.occupancy = &occupancy;
  occupancy.enter();
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/", "Connection: close\r\n")));
  EXPECT_EQ(server.open_connections(), 0u);
  occupancy.leave();
  EXPECT_TRUE(is_status(client.receive_all(), 200));
  server_.reset();
  EXPECT_EQ(occupancy.total(), 0u);
}

TEST_F(BoundsTest, AnIdleConnectionThatIsGivenTimeIsAnsweredOnceMore) {
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/")));
  EXPECT_NE(client.receive(), "");
  server.stop_accepting(1h);
  EXPECT_TRUE(client.send(get("/")));
  const std::string last = client.receive_all();
  EXPECT_TRUE(is_status(last, 200));
  EXPECT_NE(last.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(BoundsTest, PatienceEnds) {
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/")));
  EXPECT_NE(client.receive(), "");
  server.stop_accepting(20ms);
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(BoundsTest, AStopAfterAPatientOneIsAtOnce) {
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/")));
  EXPECT_NE(client.receive(), "");
  server.stop_accepting(1h);
  server.stop_accepting();
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(BoundsTest, EveryRequestIsCalledSomething) {
  TestServer& server = start();
  const TestSocket client(server.port());
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client.send(get("/", "X-Request-Id: forged\r\n")));
    const std::string response = client.receive();
    const std::string body = response.substr(response.find("\r\n\r\n") + 4);
    EXPECT_EQ(body.find(' '), 32u) << body;
    EXPECT_TRUE(ids.insert(body).second);
  }
}

// Before its head was read, and after; of one connection.
TEST_F(BoundsTest, ARequestThatIsRefusedIsCalledSomething) {
  options_.limits.max_body_bytes = 10;
  TestServer& server = start();
  for (const auto* refused : {"GET / HTTP/1.1\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
                              "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"}) {
    const TestSocket client(server.port());
    EXPECT_TRUE(client.send(get("/") + refused));
    const std::string all = client.receive_all();
    const std::size_t first = all.find("\r\n\r\n") + 4;
    const std::size_t field = all.find("x-request-id: ");
    ASSERT_NE(field, std::string::npos) << all;
    const std::string id = all.substr(field + 14, 32);
    EXPECT_NE(all.find("\nRequest " + id + "\n"), std::string::npos) << all;
    EXPECT_NE(all.substr(first, 32), id) << "the name of the request before it";
  }
}

// What a listener tells of the requests that it refused.
class RefusalNotes final : public Refusals {
 public:
  struct Note {
    std::string method, target, id;
    int status;
    std::uint64_t bytes;
  };
  void refused(const RequestHead& request, int status, std::uint64_t bytes) override {
    const std::lock_guard lock(mutex_);
    notes_.push_back({request.method, request.target, request.request_id, status, bytes});
  }
  [[nodiscard]] std::vector<Note> all() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Note> notes_;
};

TEST_F(BoundsTest, EachRefusalIsToldWithTheIdOfItsPage) {
  RefusalNotes notes;
  options_.refusals = &notes;
  options_.limits.max_body_bytes = 10;
  options_.limits.max_head_bytes = 1000;
  TestServer& server = start();
  const std::pair<int, std::string> wrong[] = {
      {400, get("/bad", "A : b\r\n")},
      {413, "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"},
      {431, get("/head", "A: " + std::string(1000, 'a') + "\r\n")},
      {501, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"},
  };
  std::size_t count = 0;
  for (const auto& [status, request] : wrong) {
    const TestSocket client(server.port());
    EXPECT_TRUE(client.send(request));
    const std::string answer = client.receive_all();
    EXPECT_TRUE(is_status(answer, status)) << answer;
    const auto all = notes.all();
    ASSERT_EQ(all.size(), ++count) << request;
    EXPECT_EQ(all.back().status, status);
    EXPECT_NE(answer.find("\nRequest " + all.back().id + "\n"), std::string::npos) << answer;
    EXPECT_EQ(all.back().bytes, answer.size() - answer.find("\r\n\r\n") - 4);
  }
  EXPECT_EQ(notes.all()[0].method, "GET");
  EXPECT_EQ(notes.all()[0].target, "/bad");
  EXPECT_EQ(notes.all()[1].target, "/large");
}

TEST_F(BoundsTest, WhatAHandlerHadIsItsOwnToTell) {
  RefusalNotes notes;
  options_.refusals = &notes;
  options_.limits.max_body_bytes = 10;
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(
      client.send("POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "b\r\nhello world\r\n0\r\n\r\n"));
  EXPECT_TRUE(is_status(client.receive_all(), 413));
  EXPECT_TRUE(notes.all().empty());
}

TEST_F(BoundsTest, AProxysNameOfARequestIsKept) {
  trust_this_machine();
  TestServer& server = start();
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(get("/", "X-Request-Id: of-the-proxy\r\n") + get("/")));
  std::string all;
  while (all.rfind("127.0.0.1") == all.find("127.0.0.1")) all += client.receive();
  EXPECT_NE(all.find("\r\n\r\nof-the-proxy 127.0.0.1"), std::string::npos);
  EXPECT_EQ(all.find("of-the-proxy"), all.rfind("of-the-proxy")) << "the next one has its own";
}

}  // namespace
}  // namespace wws::http
