#include "http/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <deque>
#include <latch>
#include <utility>

#include "http/client/connection.h"
#include "http/client/fake_upstream.h"
#include "http/client/name_resolver.h"
#include "io/notifier.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Pieces final : public BodySource {
 public:
  Pieces(std::deque<std::string> pieces, std::optional<std::uint64_t> length)
      : pieces_(std::move(pieces)), length_(length) {}
  Task<Result<std::string>> read() override {
    if (pieces_.empty()) co_return std::string();
    auto piece = std::move(pieces_.front());
    pieces_.pop_front();
    co_return piece;
  }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }

 private:
  std::deque<std::string> pieces_;
  std::optional<std::uint64_t> length_;
};

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { reset(ClientLimits{}); }
  void reset(ClientLimits limits, const std::string& ca_file = "") {
    auto made = make_client(loop_, limits, ca_file);
    ASSERT_TRUE(made) << made.error().to_string();
    client_ = std::move(*made);
  }
  static ClientRequest get(const FakeUpstream& upstream, std::string target = "/") {
    ClientRequest request;
    request.host = "127.0.0.1";
    request.port = upstream.port();
    request.target = std::move(target);
    return request;
  }
  Result<Answer> ask_for(ClientRequest request, AddressFilter filter = allow_all) {
    return await_on(loop_, ask(*client_, std::move(request), std::move(filter)));
  }

  asio::io_context loop_;
  std::unique_ptr<Client> client_;
};

// Answers every request of every connection with the same bytes, and keeps what it read.
struct Echo {
  explicit Echo(std::string answer)
      : upstream([this, answer](Peer& peer, int) {
          while (!upstream.receive(peer).empty() && peer.send(answer)) {
          }
        }) {}
  FakeUpstream upstream;
};

TEST_F(ClientTest, ReadsAResponseWithContentLength) {
  Echo echo("HTTP/1.1 201 Made\r\nContent-Length: 5\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello");
  const auto answer = ask_for(get(echo.upstream, "/a?b=c"));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(std::count_if(answer->headers.begin(), answer->headers.end(),
                          [](const Header& h) { return h.name == "X-A"; }),
            2);
  EXPECT_THAT(echo.upstream.requests().at(0),
              StartsWith("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" +
                         std::to_string(echo.upstream.port()) + "\r\n"));
}

TEST_F(ClientTest, DecodesChunksAndSkipsInterimResponses) {
  Echo echo(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
  const auto answer = ask_for(get(echo.upstream));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "abcde");
  ASSERT_TRUE(ask_for(get(echo.upstream)));
  EXPECT_EQ(echo.upstream.connections(), 1);
}

TEST_F(ClientTest, ReadsABodyThatEndsWithTheConnection) {
  FakeUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\n\r\n" + std::string(200'000, 'x'));
  });
  const auto answer = ask_for(get(upstream));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, std::string(200'000, 'x'));
}

TEST_F(ClientTest, ExpectsNoBodyAfterHeadOr204Or304) {
  Echo head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  auto request = get(head.upstream);
  request.method = "HEAD";
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask_for(request);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(answer->headers.find("content-length"), "5");
  }
  EXPECT_EQ(head.upstream.connections(), 1);
  for (const std::string status : {"204 No Content", "304 Not Modified"}) {
    Echo echo("HTTP/1.1 " + status + "\r\n\r\n");
    EXPECT_EQ(ask_for(get(echo.upstream)).value().body, "");
    EXPECT_EQ(ask_for(get(echo.upstream)).value().body, "");
    EXPECT_EQ(echo.upstream.connections(), 1);
  }
}

TEST_F(ClientTest, SendsTheBodyWithItsLengthAndOwnsTheConnectionsFields) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto request = get(echo.upstream);
  request.method = "POST";
  request.body = std::string(100'000, 'b');
  request.headers.add("Host", "evil.test");
  request.headers.add("content-length", "3");
  request.headers.add("Transfer-Encoding", "chunked");
  request.headers.add("Connection", "close");
  request.headers.add("Expect", "100-continue");
  request.headers.add("X-Mine", "yes");
  ASSERT_TRUE(ask_for(request));
  const auto seen = echo.upstream.requests().at(0);
  EXPECT_THAT(seen, HasSubstr("Content-Length: 100000\r\n"));
  EXPECT_THAT(seen, HasSubstr("X-Mine: yes\r\n"));
  for (const auto* gone : {"evil.test", "content-length: 3", "chunked", "close", "Expect"})
    EXPECT_THAT(seen, Not(HasSubstr(gone)));
  EXPECT_THAT(seen, EndsWith("\r\n\r\n" + request.body));
}

TEST_F(ClientTest, StreamsABodyInChunksOrWithItsAnnouncedLength) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto request = get(echo.upstream);
  request.method = "PUT";
  request.body_source =
      std::make_shared<Pieces>(std::deque<std::string>{"abc", "de"}, std::nullopt);
  ASSERT_TRUE(ask_for(request));
  EXPECT_THAT(echo.upstream.requests().at(0),
              EndsWith("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
  request.body_source = std::make_shared<Pieces>(std::deque<std::string>{"abc", "de"}, 5);
  ASSERT_TRUE(ask_for(request));
  EXPECT_THAT(echo.upstream.requests().at(1), EndsWith("Content-Length: 5\r\n\r\nabcde"));
}

// Sends back each piece of a body before it reads the next.
void echo_while_reading(Peer& peer) {
  std::string input;
  while (input.find("\r\n\r\n") == std::string::npos)
    if (!peer.read_more(input)) return;
  const auto at = input.find("Content-Length: ");
  auto left = at == std::string::npos ? 0 : std::stoul(input.substr(at + 16));
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(left) + "\r\n\r\n");
  input.erase(0, input.find("\r\n\r\n") + 4);
  while (true) {
    if (!peer.send(input)) return;
    left -= input.size();
    input.clear();
    if (left == 0 || !peer.read_more(input)) return;
  }
}

TEST_F(ClientTest, AnUpstreamMayAnswerWhileItReads) {
  constexpr std::size_t kSize = 32 << 20;  // more than sockets hold
  FakeUpstream upstream([](Peer& peer, int) {
    echo_while_reading(peer);
    echo_while_reading(peer);
  });
  auto request = get(upstream);
  request.method = "POST";
  request.body = std::string(kSize, 'b');
  for (int i = 0; i < 2; ++i) {
    const auto answer = ask_for(request);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_TRUE(answer->body == request.body);
  }
  EXPECT_EQ(upstream.connections(), 1);
  request.body_source =
      std::make_shared<Pieces>(std::deque<std::string>(32, std::string(1 << 20, 's')), kSize);
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_TRUE(answer->body == std::string(kSize, 's'));
}

TEST_F(ClientTest, TheEndOfAResponseIsTheEndOfItsRequest) {
  std::latch closed(2);
  FakeUpstream upstream([&](Peer& peer, int connection) {
    std::string input;
    while (!input.ends_with("begin\r\n") && peer.read_more(input)) {
    }
    const std::string length = connection == 0 ? "0" : "1";
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
    peer.wait_closed();
    closed.count_down();
  });
  for (int i = 0; i < 2; ++i) {
    auto request = get(upstream);
    request.method = "POST";
    auto source = std::make_shared<SilentAfter>("begin");
    const std::weak_ptr<BodySource> seen = source;
    request.body_source = std::move(source);
    auto response = await_on(loop_, client_->send(std::move(request), allow_all));
    ASSERT_TRUE(response) << response.error().to_string();
    if (i == 1) response->reset();
    loop_.restart();
    loop_.poll();
    EXPECT_TRUE(seen.expired());
  }
  closed.wait();
}

TEST_F(ClientTest, ASourceThatFailsAfterTheAnswerFailsIt) {
  FakeUpstream upstream([&](Peer& peer, int) {
    std::string input;
    while (!input.ends_with("abc\r\n") && peer.read_more(input)) {
    }
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    peer.wait_closed();
  });
  // Fails when the answer's head is there.
  class Failing final : public BodySource {
   public:
    explicit Failing(asio::io_context& loop) : answered(loop.get_executor()) {}
    Task<Result<std::string>> read() override {
      if (!std::exchange(begun_, true)) co_return "abc";
      co_await answered.wait();
      co_return fail(ErrorKind::GuestFault, "the guest has failed");
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return {}; }
    io::Notifier answered;

   private:
    bool begun_ = false;
  };
  auto request = get(upstream);
  request.method = "POST";
  const auto source = std::make_shared<Failing>(loop_);
  request.body_source = source;
  auto response = await_on(loop_, client_->send(std::move(request), allow_all));
  ASSERT_TRUE(response) << response.error().to_string();
  source->answered.notify();
  const auto piece = await_on(loop_, (*response)->read());
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().kind(), ErrorKind::GuestFault) << piece.error().to_string();
}

TEST_F(ClientTest, RefusesASourceThatLiesAboutItsLength) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  for (const std::uint64_t announced : {4u, 6u}) {
    auto request = get(echo.upstream);
    request.method = "PUT";
    request.body_source = std::make_shared<Pieces>(std::deque<std::string>{"abc", "de"}, announced);
    const auto answer = ask_for(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Invalid);
  }
}

TEST_F(ClientTest, ReturnsTheAnswerOfAnUpstreamThatRefusesTheBodyEarly) {
  FakeUpstream upstream([](Peer& peer, int) {
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    std::string some = peer.read_request();
  });
  auto request = get(upstream);
  request.method = "POST";
  request.body = std::string(1000, 'b');
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 413);
}

TEST_F(ClientTest, RefusesWhatCouldSplitTheRequest) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  std::vector<ClientRequest> bad(9, get(echo.upstream));
  bad[0].headers.add("X", "a\r\nY: b");
  bad[1].headers.add("X\r\nY", "b");
  bad[2].headers.add("X", std::string("a\0b", 3));
  bad[3].target = "/ HTTP/1.1\r\nX: y";
  bad[4].target = "http://other/";
  bad[5].method = "GET /";
  bad[6].method = "CONNECT";
  bad[7].host = "a\r\nb";
  bad[8].host = "";
  for (const auto& request : bad) {
    const auto answer = ask_for(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Invalid) << answer.error().to_string();
  }
  EXPECT_EQ(echo.upstream.connections(), 0);
}

TEST_F(ClientTest, ConnectsOnlyToAnAddressThatWasJudged) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto request = get(echo.upstream);
  request.host = "localhost";
  std::vector<std::string> judged;
  const AddressFilter deny = [&](std::string_view address) -> Result<void> {
    judged.emplace_back(address);
    return fail(ErrorKind::Denied, "no");
  };
  const auto denied = ask_for(request, deny);
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().kind(), ErrorKind::Denied);
  EXPECT_THAT(judged, ::testing::Contains("127.0.0.1"));
  EXPECT_EQ(echo.upstream.connections(), 0);
  ASSERT_TRUE(ask_for(request));  // also past ::1, where nobody listens
}

TEST_F(ClientTest, JudgesAPooledConnectionByTheRulesOfItsNextUser) {
  Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(ask_for(get(echo.upstream)));
  const auto denied = ask_for(get(echo.upstream), [](std::string_view) -> Result<void> {
    return fail(ErrorKind::Denied, "no");
  });
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().kind(), ErrorKind::Denied);
  EXPECT_EQ(echo.upstream.requests().size(), 1u);
}

TEST_F(ClientTest, SaysNotFoundForANameThatDoesNotResolve) {
  Echo echo("");
  auto request = get(echo.upstream);
  request.host = "no..name";
  const auto answer = ask_for(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::NotFound) << answer.error().to_string();
}

TEST_F(ClientTest, SaysGoneWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    port = Echo("").upstream.port();
  }
  ClientRequest request;
  request.host = "127.0.0.1";
  request.port = port;
  const auto answer = ask_for(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Gone);
}

TEST_F(ClientTest, RetriesOnceWhenAPooledConnectionTurnsOutStale) {
  // The first connection answers one request, reads the next and closes without a word.
  FakeUpstream* self = nullptr;
  FakeUpstream upstream([&](Peer& peer, int connection) {
    self->receive(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    self->receive(peer);
    if (connection > 0) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
  });
  self = &upstream;
  ASSERT_TRUE(ask_for(get(upstream, "/1")));
  const auto second = ask_for(get(upstream, "/2"));
  ASSERT_TRUE(second) << second.error().to_string();
  EXPECT_EQ(second->body, "a");
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(ClientTest, OnlyIdempotentRequestsAreSentAgainWhenAKeptConnectionEnds) {
  // The second request of a connection is worked on, and then nothing is said.
  FakeUpstream* self = nullptr;
  FakeUpstream upstream([&](Peer& peer, int) {
    self->receive(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    self->receive(peer);
  });
  self = &upstream;
  const auto times_sent = [&](const std::string& method) {
    reset(ClientLimits{});
    EXPECT_TRUE(ask_for(get(upstream)));
    auto request = get(upstream, "/" + method);
    request.method = method;
    if (method != "GET") request.body = "body";
    const bool answered = ask_for(request).has_value();
    const auto seen = upstream.requests();
    const auto count = std::ranges::count_if(
        seen, [&](const std::string& one) { return one.starts_with(method + " /" + method); });
    EXPECT_EQ(answered, count == 2) << method;
    return count;
  };
  for (const auto* method : {"GET", "PUT", "DELETE", "OPTIONS"})
    EXPECT_EQ(times_sent(method), 2) << method;
  for (const auto* method : {"POST", "PATCH", "PROPFIND"})
    EXPECT_EQ(times_sent(method), 1) << method;
}

TEST_F(ClientTest, AKeptConnectionThatTheUpstreamHasClosedIsNotUsed) {
  std::latch closed(1);
  FakeUpstream upstream([&](Peer& peer, int connection) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    if (connection > 0) return peer.wait_closed();
    peer.interrupt();
    closed.count_down();
  });
  ASSERT_TRUE(ask_for(get(upstream)));
  closed.wait();
  auto request = get(upstream);
  request.method = "POST";
  request.body = "once";
  const auto second = ask_for(request);
  EXPECT_TRUE(second) << second.error().to_string();
  EXPECT_EQ(upstream.connections(), 2);
}

TEST_F(ClientTest, AConnectionIsLeftBeforeTheUpstreamLeavesIt) {
  const std::vector<std::pair<std::string, int>> cases{{"timeout=5, max=100", 1},
                                                       {"max=100,TimeOut=1", 2},
                                                       {"timeout=0", 2},
                                                       {"timeout=soon", 1},
                                                       {"", 1}};
  for (const auto& [field, connections] : cases) {
    Echo echo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: " + field + "\r\n\r\n");
    ASSERT_TRUE(ask_for(get(echo.upstream)));
    ASSERT_TRUE(ask_for(get(echo.upstream)));
    EXPECT_EQ(echo.upstream.connections(), connections) << field;
  }
}

TEST(ClientConnection, KnowsThatNothingOfARequestHasLeft) {
  FakeUpstream upstream([](Peer&, int) {});
  asio::io_context loop;
  const auto connection = std::make_shared<Connection>(loop.get_executor());
  const asio::ip::tcp::endpoint there(asio::ip::make_address("127.0.0.1"), upstream.port());
  ASSERT_TRUE(await_on(loop, connection->connect(there, TimePoint::max())));
  EXPECT_FALSE(connection->has_sent());
  // The first is taken, and answered with a reset by and by.
  ASSERT_TRUE(await_on(loop, connection->write("first", TimePoint::max())));
  EXPECT_TRUE(connection->has_sent());
  bool written = true;
  while (written) {
    connection->begin_request();
    written = await_on(loop, connection->write("more", TimePoint::max())).has_value();
    EXPECT_EQ(connection->has_sent(), written);
  }
}

TEST_F(ClientTest, DoesNotRetryOnceSomethingOfTheResponseArrived) {
  FakeUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    peer.read_request();
    peer.send("HTTP/1.1 2");
  });
  ASSERT_TRUE(ask_for(get(upstream)));
  const auto second = ask_for(get(upstream));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Gone);
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(ClientTest, DestroyingAResponseBeforeItsEndClosesTheConnection) {
  std::latch closed(1);
  FakeUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
    peer.wait_closed();
    closed.count_down();
  });
  auto response = await_on(loop_, client_->send(get(upstream), allow_all));
  ASSERT_TRUE(response);
  response->reset();
  closed.wait();
}

TEST_F(ClientTest, CancellingClosesTheConnectionAndIsNotRetried) {
  std::latch asked(1);
  std::latch closed(1);
  FakeUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    asked.count_down();
    peer.wait_closed();
    closed.count_down();
  });
  asio::cancellation_signal signal;
  std::optional<ErrorKind> ended;
  asio::co_spawn(
      loop_, client_->send(get(upstream), allow_all),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown, auto result) {
        ASSERT_FALSE(thrown);
        ASSERT_FALSE(result);
        ended = result.error().kind();
      }));
  while (!asked.try_wait()) loop_.run_one_for(std::chrono::milliseconds(10));
  signal.emit(asio::cancellation_type::terminal);
  while (!ended) loop_.run_one();
  EXPECT_EQ(ended, ErrorKind::Gone);
  closed.wait();
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(ClientTest, SpeaksTlsWithACertificateItTrustsAndReusesTheConnection) {
  const FakeIdentity identity("localhost");
  FakeUpstream upstream(
      [](Peer& peer, int) {
        while (!peer.read_request().empty())
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
      },
      &identity);
  reset(ClientLimits{}, identity.file);
  auto request = get(upstream);
  request.secure = true;
  request.host = "localhost";
  for (int i = 0; i < 3; ++i) {
    const auto answer = ask_for(request);
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->body, "secret");
  }
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(ClientTest, ASessionTicketOnAnIdleTlsConnectionDoesNotEndIt) {
  const FakeIdentity identity("127.0.0.1");
  std::latch read(1), sent(1);
  FakeUpstream upstream(
      [&](Peer& peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
        read.wait();
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(peer.send_ticket());
        sent.count_down();
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
      },
      &identity);
  reset(ClientLimits{}, identity.file);
  auto request = get(upstream);
  request.secure = true;
  EXPECT_EQ(ask_for(request).value().body, "one");
  read.count_down();
  sent.wait();
  EXPECT_EQ(ask_for(request).value().body, "two");
  EXPECT_EQ(upstream.connections(), 1);
}

TEST_F(ClientTest, MovesLargeBodiesBothWaysOverTls) {
  const FakeIdentity identity("127.0.0.1");
  const std::string large(3'000'000, 'x');
  FakeUpstream upstream(
      [&](Peer& peer, int) {
        const auto request = upstream.receive(peer);
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
        peer.send(large);
      },
      &identity);
  reset(ClientLimits{}, identity.file);
  auto request = get(upstream);
  request.secure = true;
  request.method = "POST";
  request.body = large;
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_TRUE(answer->body == large);
  EXPECT_THAT(upstream.requests().at(0), EndsWith("\r\n\r\n" + large));
}

// A hostile worker's names are slow, and it asks for a name that another worker wants too.
TEST_F(ClientTest, AnAskerWhoseNameWaitsForItsTurnDoesNotHoldUpOthersOfTheSameHost) {
  const FakeIdentity identity("localhost");
  FakeUpstream upstream(
      [](Peer& peer, int) {
        while (!peer.read_request().empty())
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      },
      &identity);
  const auto asked = std::make_shared<std::latch>(1), over = std::make_shared<std::latch>(1);
  NameResolverOptions options;
  options.threads = 2;
  options.look_up = [asked, over](const std::string& name) -> Result<Addresses> {
    if (name == "localhost") return Addresses{"127.0.0.1"};
    asked->count_down();
    over->wait();
    return fail(ErrorKind::NotFound, "it does not resolve");
  };
  NameResolver names(std::move(options));
  client_ = make_client(loop_, ClientLimits{}, identity.file, &names).value();
  auto slow = get(upstream);
  slow.host = "slow.test";
  slow.asker = "a";
  auto good = get(upstream);
  good.host = "localhost";
  good.secure = true;
  good.asker = "a";
  asio::co_spawn(loop_, client_->send(slow, allow_all), [](std::exception_ptr, auto) {});
  loop_.poll();
  asked->wait();
  asio::co_spawn(loop_, client_->send(good, allow_all), [](std::exception_ptr, auto) {});
  loop_.poll();
  good.asker = "b";
  const auto answer = ask_for(good);
  over->count_down();
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "ok");
}

TEST_F(ClientTest, RefusesACertificateOfSomeoneElse) {
  const FakeIdentity identity("localhost");
  const auto script = [](Peer& peer, int) { peer.read_request(); };
  FakeUpstream upstream(script, &identity);
  auto request = get(upstream);
  request.secure = true;
  request.host = "localhost";
  const auto untrusted = ask_for(request);  // the system's roots do not know it
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().kind(), ErrorKind::Unsupported) << untrusted.error().to_string();

  reset(ClientLimits{}, identity.file);
  request.host = "127.0.0.1";  // trusted, but it names localhost only
  const auto misnamed = ask_for(request);
  ASSERT_FALSE(misnamed);
  EXPECT_EQ(misnamed.error().kind(), ErrorKind::Unsupported) << misnamed.error().to_string();
  EXPECT_THAT(misnamed.error().to_string(), HasSubstr("mismatch"));
}

TEST_F(ClientTest, RequestsThatWaitForTheSystemsRootsAreAllGoneOnWith) {
  const FakeIdentity identity("localhost");
  FakeUpstream upstream([](Peer& peer, int) { peer.read_request(); }, &identity);
  auto request = get(upstream);
  request.secure = true;
  std::vector<ErrorKind> ends;
  for (const auto* host : {"127.0.0.1", "localhost", "127.0.0.1"}) {
    request.host = host;
    asio::co_spawn(loop_, client_->send(request, allow_all),
                   [&](std::exception_ptr, auto sent) { ends.push_back(sent.error().kind()); });
  }
  while (ends.size() < 3) loop_.run_one();
  EXPECT_THAT(ends, ::testing::Each(ErrorKind::Unsupported));
}

TEST_F(ClientTest, AClientMayEndWhileItReadsTheSystemsRoots) {
  Echo echo("");
  auto request = get(echo.upstream);
  request.secure = true;
  bool ended = false;
  asio::co_spawn(loop_, client_->send(request, allow_all),
                 [&](std::exception_ptr, auto) { ended = true; });
  loop_.run_one();
  client_.reset();
  EXPECT_FALSE(ended);
}

TEST_F(ClientTest, AcceptsACertificateOfANumericAddress) {
  const FakeIdentity identity("127.0.0.1");
  FakeUpstream upstream(
      [](Peer& peer, int) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      },
      &identity);
  reset(ClientLimits{}, identity.file);
  auto request = get(upstream);
  request.secure = true;
  const auto answer = ask_for(request);
  EXPECT_TRUE(answer) << answer.error().to_string();
}

TEST_F(ClientTest, NoticesATlsStreamThatWasCut) {
  const FakeIdentity identity("127.0.0.1");
  FakeUpstream upstream(
      [](Peer& peer, int connection) {
        peer.read_request();
        peer.send("HTTP/1.0 200 OK\r\n\r\npart");
        if (connection > 0) peer.end_tls();
      },
      &identity);
  reset(ClientLimits{}, identity.file);
  auto request = get(upstream);
  request.secure = true;
  const auto cut = ask_for(request);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind(), ErrorKind::Gone);
  const auto whole = ask_for(request);
  ASSERT_TRUE(whole) << whole.error().to_string();
  EXPECT_EQ(whole->body, "part");
}

TEST(MakeClient, NamesACaFileItCannotRead) {
  asio::io_context loop;
  const auto made = make_client(loop, ClientLimits{}, "/nowhere/ca.pem");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().to_string(), HasSubstr("/nowhere/ca.pem"));
}

}  // namespace
}  // namespace wws::http
