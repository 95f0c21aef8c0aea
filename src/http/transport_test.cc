// Connections as they are accepted: TLS, PROXY headers, what proxies say, and which protocol is
// spoken.
#include "http/transport.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <filesystem>
#include <future>

#include "http/test_server.h"
#include "http/tls/certificates.h"
#include "http/tls/test_certificate.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace std::string_literals;

// Says what it was told of the client; "/file" answers with a file's content.
class Teller final : public Handler {
 public:
  Task<void> handle(Exchange& exchange) override {
    const RequestHead& request = exchange.request();
    ResponseHead head;
    if (request.path() == "/file") {
      std::FILE* const file = std::tmpfile();
      const std::string content(200'000, 'f');
      std::fwrite(content.data(), 1, content.size(), file);
      std::fflush(file);
      co_await exchange.start(std::move(head), content.size());
      const auto sent = co_await exchange.write_file(fileno(file), 0, content.size());
      std::fclose(file);
      if (sent) co_await exchange.finish();
      co_return;
    }
    std::string body = std::string(request.secure ? "https" : "http") + " " + request.authority +
                       " " + request.remote_address + "\n";
    while (true) {
      auto piece = co_await exchange.read();
      if (!piece || piece->empty()) break;
      body += *piece;
    }
    co_await exchange.respond(std::move(head), std::move(body));
  }
};

struct Secure {
  Secure() {
    certificates = *tls::Certificates::create({folder.make("a", "a.test")}, clock, log);
    options.certificates = certificates.get();
  }
  tls::TestFolder folder;
  io::SystemClock clock;
  observe::MemoryLog log;
  std::unique_ptr<tls::Certificates> certificates;
  ListenerOptions options;
  Teller handler;
};

// A blocking TLS client.
class TlsClient final {
 public:
  explicit TlsClient(std::uint16_t port)
      : socket_(port),
        context_(SSL_CTX_new(TLS_client_method())),
        handle_(SSL_new(context_.get())) {
    SSL_set_fd(handle_.get(), socket_.descriptor());
    EXPECT_EQ(SSL_connect(handle_.get()), 1);
  }
  void send(std::string_view bytes) const {
    EXPECT_EQ(SSL_write(handle_.get(), bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
  }
  [[nodiscard]] std::string receive_all() const {
    std::string all;
    std::string piece(16 * 1024, '\0');
    int got = 0;
    while ((got = SSL_read(handle_.get(), piece.data(), static_cast<int>(piece.size()))) > 0)
      all.append(piece, 0, static_cast<std::size_t>(got));
    ended_well_ = SSL_get_error(handle_.get(), got) == SSL_ERROR_ZERO_RETURN;
    return all;
  }
  [[nodiscard]] bool ended_well() const { return ended_well_; }

 private:
  TestSocket socket_;
  tls::Context context_;
  std::unique_ptr<SSL, tls::Release<SSL_free>> handle_;
  mutable bool ended_well_ = false;
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n";

TEST(Transport, TlsCarriesRequestsAndEndsInOrder) {
  Secure secure;
  TestServer server(secure.handler, secure.options);
  const TlsClient client(server.port());
  client.send(kGet);
  const std::string answer = client.receive_all();
  EXPECT_NE(answer.find("\r\n\r\nhttps x.test 127.0.0.1\n"), std::string::npos) << answer;
  EXPECT_TRUE(client.ended_well());
}

TEST(Transport, TlsCarriesLargeBodiesBothWays) {
  Secure secure;
  TestServer server(secure.handler, secure.options);
  const TlsClient client(server.port());
  const std::string body(3'000'000, 'b');
  client.send("POST / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n");
  client.send(body);
  const std::string answer = client.receive_all();
  EXPECT_TRUE(answer.ends_with("127.0.0.1\n" + body));
}

TEST(Transport, FilesGoThroughTlsToo) {
  Secure secure;
  TestServer server(secure.handler, secure.options);
  const TlsClient client(server.port());
  client.send("GET /file HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.receive_all().ends_with("\r\n\r\n" + std::string(200'000, 'f')));
}

// Notes how far one client had got when the loop came to something else that was ready.
class Turntaker final : public Handler {
 public:
  Task<void> handle(Exchange& exchange) override {
    const auto executor = co_await asio::this_coro::executor;
    if (requests_++ == 0)
      asio::post(executor, [this] {
        requests_before = requests_;
        bytes_before = bytes_;
      });
    while (true) {
      auto piece = co_await exchange.read();
      if (!piece || piece->empty()) break;
      bytes_ += piece->size();
    }
    const bool large = exchange.request().path() == "/large";
    ResponseHead head;
    std::string body(large ? 4 * Transport::kSendTurn : 1, 'x');
    co_await exchange.respond(std::move(head), std::move(body));
    if (large) answered_after = requests_before != 0;
  }

  std::size_t requests_before = 0, bytes_before = 0;
  bool answered_after = false;

 private:
  std::size_t requests_ = 0, bytes_ = 0;
};

// All of it has arrived when the server begins.
std::string ask_at_once(TestServer& server, const TlsClient& client, std::string_view bytes) {
  std::promise<void> arrived;
  asio::post(server.loop(), [&arrived] { arrived.get_future().wait(); });
  client.send(bytes);
  arrived.set_value();
  return client.receive_all();
}

TEST(Transport, PipelinedRequestsLetOthersHaveTheirTurn) {
  Secure secure;
  Turntaker handler;
  TestServer server(handler, secure.options);
  const TlsClient client(server.port());
  std::string all;
  for (int i = 0; i < 100; ++i) all += "GET / HTTP/1.1\r\nHost: x.test\r\n\r\n";
  all += kGet;
  EXPECT_FALSE(ask_at_once(server, client, all).empty());
  EXPECT_EQ(handler.requests_before, 1u);
}

TEST(Transport, ALargeBodyOverTlsLetsOthersHaveTheirTurn) {
  Secure secure;
  Turntaker handler;
  TestServer server(handler, secure.options);
  const TlsClient client(server.port());
  const std::string body(2 * Transport::kReadTurn, 'b');
  EXPECT_FALSE(ask_at_once(server, client,
                           "POST / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n"
                           "Content-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body)
                   .empty());
  EXPECT_EQ(handler.requests_before, 1u);
  EXPECT_LT(handler.bytes_before, body.size());
}

TEST(Transport, ALargeAnswerLetsOthersHaveTheirTurn) {
  Secure secure;
  Turntaker handler;
  TestServer server(handler, secure.options);
  const TlsClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n");
  EXPECT_GT(client.receive_all().size(), 4 * Transport::kSendTurn);
  EXPECT_TRUE(handler.answered_after);
}

TEST(Transport, AClientThatDoesNotShakeHandsIsClosedAndCounted) {
  Secure secure;
  secure.options.limits.header_timeout = 20ms;
  TestServer server(secure.handler, secure.options);
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send("\x16\x03\x01"));
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(server.log().contains("it took too long"));
}

TEST(Transport, PlainHttpOnATlsPortIsClosed) {
  Secure secure;
  TestServer server(secure.handler, secure.options);
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(kGet));
  EXPECT_EQ(client.receive_all().find("HTTP/1.1"), std::string::npos);
  EXPECT_TRUE(server.log().contains("http request"));
}

ListenerOptions trusting(std::string_view network) {
  ListenerOptions options;
  EXPECT_TRUE(options.trusted_proxies.add(network));
  return options;
}

std::string ask(TestServer& server, std::string_view bytes) {
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send(bytes));
  const std::string answer = client.receive_all();
  const std::size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? answer : answer.substr(body + 4);
}

constexpr std::string_view kForwarded =
    "GET / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n"
    "Forwarded: for=192.0.2.9;proto=https;host=public.test\r\n\r\n";

TEST(Transport, ATrustedProxyIsBelieved) {
  Teller handler;
  TestServer server(handler, trusting("127.0.0.0/8"));
  EXPECT_EQ(ask(server, kForwarded), "https public.test 192.0.2.9\n");
}

TEST(Transport, AnybodyElseIsNot) {
  Teller handler;
  TestServer server(handler, trusting("10.0.0.0/8"));
  EXPECT_EQ(ask(server, kForwarded), "http x.test 127.0.0.1\n");
}

TEST(Transport, WhatAProxySaysOfOneRequestIsNotTakenForTheNext) {
  Teller handler;
  TestServer server(handler, trusting("127.0.0.0/8"));
  const std::string both =
      "GET / HTTP/1.1\r\nHost: x.test\r\nX-Forwarded-For: 192.0.2.9\r\n"
      "X-Forwarded-Proto: https\r\n\r\n" +
      std::string(kGet);
  EXPECT_TRUE(ask(server, both).ends_with("http x.test 127.0.0.1\n"));
}

const std::string kProxyHeader =
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\x0a\x00\x00\x01\x13\x88\x01\xbb"s;

TEST(Transport, AProxyHeaderNamesTheClientWhoseFieldsAreNotBelieved) {
  Teller handler;
  ListenerOptions options = trusting("127.0.0.0/8");
  options.proxy_protocol = true;
  TestServer server(handler, options);
  EXPECT_EQ(ask(server, kProxyHeader + std::string(kForwarded)), "http x.test 192.0.2.1\n");
}

TEST(Transport, AProxyHeaderIsRequiredOfThoseWhoAreTrustedWithIt) {
  Teller handler;
  ListenerOptions options = trusting("127.0.0.0/8");
  options.proxy_protocol = true;
  TestServer server(handler, options);
  const auto warnings = [&server] {
    return std::ranges::count_if(server.log().records(), [](const auto& record) {
      return record.level == observe::Level::Warn;
    });
  };
  EXPECT_EQ(ask(server, kGet), "");
  EXPECT_TRUE(server.log().contains("malformed PROXY header"));
  EXPECT_EQ(warnings(), 1);
  EXPECT_EQ(ask(server, "PROXY TCP4 192.0.2.1 127.0.0.1 5000 80\r\n" + std::string(kGet)), "");
  EXPECT_EQ(warnings(), 2);
  {
    const TestSocket part(server.port());
    EXPECT_TRUE(part.send("GET /"));
    ::shutdown(part.descriptor(), SHUT_WR);
    EXPECT_EQ(part.receive_all(), "");
  }
  EXPECT_TRUE(server.log().contains("it ended within the PROXY header"));
  EXPECT_EQ(warnings(), 3);
  {
    const TestSocket silent(server.port());
    ::shutdown(silent.descriptor(), SHUT_WR);
    EXPECT_EQ(silent.receive_all(), "");
  }
  EXPECT_EQ(warnings(), 3) << "a balancer that looks whether somebody listens";
}

TEST(Transport, ManyConnectionsWithoutAProxyHeaderAreOneWarning) {
  Teller handler;
  observe::MemoryLog log;
  const io::ManualClock clock;
  observe::Seldom seldom(log, clock);
  ListenerOptions options = trusting("127.0.0.0/8");
  options.proxy_protocol = true;
  options.seldom = &seldom;
  TestServer server(handler, options);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(server, kGet), "");
  EXPECT_EQ(log.records().size(), 1u);
}

TEST(Transport, AProxyHeaderOfSomebodyElseIsABadRequest) {
  Teller handler;
  ListenerOptions options = trusting("10.0.0.0/8");
  options.proxy_protocol = true;
  TestServer server(handler, options);
  EXPECT_EQ(ask(server, kGet), "http x.test 127.0.0.1\n");
  EXPECT_TRUE(ask(server, kProxyHeader + std::string(kGet)).starts_with("400 "));
}

TEST(Transport, AProxyHeaderComesBeforeTls) {
  Secure secure;
  EXPECT_TRUE(secure.options.trusted_proxies.add("127.0.0.1"));
  secure.options.proxy_protocol = true;
  TestServer server(secure.handler, secure.options);
  const TestSocket socket(server.port());
  EXPECT_TRUE(socket.send(kProxyHeader));
  const tls::Context context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, tls::Release<SSL_free>> handle(SSL_new(context.get()));
  SSL_set_fd(handle.get(), socket.descriptor());
  ASSERT_EQ(SSL_connect(handle.get()), 1);
  SSL_write(handle.get(), kGet.data(), static_cast<int>(kGet.size()));
  std::string answer(4096, '\0');
  const int got = SSL_read(handle.get(), answer.data(), static_cast<int>(answer.size()));
  ASSERT_GT(got, 0);
  EXPECT_NE(answer.find("https x.test 192.0.2.1\n"), std::string::npos);
}

TEST(Transport, ARequestThatBeginsLikeThePrefaceIsStillARequest) {
  Teller handler;
  TestServer server(handler, {});
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send("P"));
  EXPECT_TRUE(client.send("UT / HTTP/1.1\r\nHost: x.test\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(client.receive_all().ends_with("http x.test 127.0.0.1\n"));
}

TEST(Transport, APrefaceThatStopsHalfWayIsTimedOut) {
  Teller handler;
  ListenerOptions options;
  options.limits.header_timeout = 20ms;
  TestServer server(handler, options);
  const TestSocket client(server.port());
  EXPECT_TRUE(client.send("PRI * HTTP/2.0\r\n\r\nSM"));
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 408 "));
}

}  // namespace
}  // namespace wws::http
