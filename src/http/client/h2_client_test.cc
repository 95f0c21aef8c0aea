// The client against an upstream that speaks HTTP/2 and keeps its rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <latch>
#include <thread>

#include "http/client/client.h"
#include "http/client/fake_http2.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

// A body of equal pieces that counts what was taken of it.
class Pieces final : public BodySource {
 public:
  Pieces(int count, std::size_t size, std::optional<std::uint64_t> length = std::nullopt)
      : count_(count), size_(size), length_(length) {}
  Task<Result<std::string>> read() override {
    if (given == count_) co_return std::string();
    ++given;
    co_return std::string(size_, 'p');
  }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }

  int given = 0;

 private:
  int count_;
  std::size_t size_;
  std::optional<std::uint64_t> length_;
};

class H2ClientTest : public ::testing::Test {
 protected:
  H2ClientTest() : identity_("127.0.0.1") { reset({}); }
  void reset(ClientLimits limits) { client_ = make_client(loop_, limits, identity_.file).value(); }
  [[nodiscard]] std::unique_ptr<FakeUpstream> upstream(FakeUpstream::Script script) const {
    return std::make_unique<FakeUpstream>(std::move(script), &identity_, FakeUpstream::Alpn::Http2);
  }
  // Each connection with these options, each request of it to `on_request`.
  [[nodiscard]] std::unique_ptr<FakeUpstream> serve(FakeHttp2::Options options,
                                                    FakeHttp2::OnRequest on_request) const {
    return upstream([=](Peer& peer, int) { FakeHttp2(peer, options, on_request).run(); });
  }
  static ClientRequest get(const FakeUpstream& upstream, std::string target = "/") {
    ClientRequest request;
    request.secure = true;
    request.host = "127.0.0.1";
    request.port = upstream.port();
    request.target = std::move(target);
    return request;
  }
  Result<Answer> ask_for(ClientRequest request, AddressFilter filter = allow_all) {
    return await_on(loop_, ask(*client_, std::move(request), std::move(filter)));
  }
  Result<std::unique_ptr<ClientResponse>> head_of(ClientRequest request) {
    return await_on(loop_, client_->send(std::move(request), allow_all));
  }
  // All at once.
  std::vector<Result<Answer>> ask_all(const std::vector<ClientRequest>& requests) {
    std::vector<Result<Answer>> answers;
    for (const auto& request : requests)
      asio::co_spawn(loop_, ask(*client_, request, allow_all),
                     [&](std::exception_ptr thrown, Result<Answer> answer) {
                       WWS_ASSERT(!thrown, "a task threw");
                       answers.push_back(std::move(answer));
                     });
    loop_.restart();
    while (answers.size() < requests.size())
      WWS_ASSERT(loop_.run_one_for(std::chrono::seconds(20)) > 0, "a task hangs");
    return answers;
  }
  // Runs the loop until an upstream's thread has said so.
  void run_until(const std::latch& latch) {
    loop_.restart();
    while (!latch.try_wait()) loop_.run_for(milliseconds(1));
  }

  asio::io_context loop_;
  const FakeIdentity identity_;
  std::unique_ptr<Client> client_;
};

// Answers each whole request with its method and body.
void echo(FakeHttp2& http2, FakeHttp2::Request& request) {
  if (request.ended) http2.answer(request.id, request.fields[":method"] + ' ' + request.body);
}

TEST_F(H2ClientTest, SendsTheFieldsOfARequestAndReadsItsResponse) {
  std::map<std::string, std::string> seen;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    seen = request.fields;
    http2.answer(request.id, "hello",
                 {{":status", "201"}, {"x-a", "1"}, {"x-a", " 2 "}, {"content-length", "5"}});
  });
  auto request = get(*server, "/a?b=c");
  request.headers.add("X-Upper", "  Kept  ");
  request.headers.add("Cookie", "a=1; b=2");
  for (const auto* name : {"Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Host",
                           "Proxy-Connection", "HTTP2-Settings"})
    request.headers.add(name, "x");
  request.headers.add("TE", "gzip");
  request.headers.add("TE", "trailers");
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(answer->headers.find("X-A"), "1");
  EXPECT_EQ((answer->headers.begin() + 1)->value, "2");
  const std::map<std::string, std::string> expected{
      {":method", "GET"},
      {":scheme", "https"},
      {":authority", "127.0.0.1:" + std::to_string(server->port())},
      {":path", "/a?b=c"},
      {"x-upper", "Kept"},
      {"cookie", "a=1; b=2"},
      {"te", "trailers"}};
  EXPECT_EQ(seen, expected);
}

TEST_F(H2ClientTest, APostDoesNotGoToAnUpstreamThatHasHungUp) {
  std::atomic<int> connections = 0;
  const auto server = upstream([&](Peer& peer, int) {
    ++connections;
    FakeHttp2(peer, [](FakeHttp2& http2, FakeHttp2::Request& request) {
      echo(http2, request);
      http2.stop();
    }).run();
    std::this_thread::sleep_for(milliseconds(50));
  });
  ASSERT_TRUE(ask_for(get(*server)));
  // The upstream's end comes while the loop does something else, just before the request.
  asio::post(loop_, [] { std::this_thread::sleep_for(milliseconds(150)); });
  auto post = get(*server);
  post.method = "POST";
  post.body = "once";
  const auto answer = ask_for(post);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST once");
  EXPECT_EQ(connections, 2);
}

TEST_F(H2ClientTest, KnowsTheLengthOfABody) {
  const auto server = serve({}, [](FakeHttp2& http2, FakeHttp2::Request& request) {
    const std::string path = request.fields[":path"];
    if (path == "/known")
      http2.answer(request.id, "abc", {{":status", "200"}, {"content-length", "3"}});
    if (path == "/unknown") http2.answer(request.id, "abc");
    if (path == "/head")
      http2.answer(request.id, "", {{":status", "200"}, {"content-length", "3"}});
    if (path == "/304") http2.answer(request.id, "", {{":status", "304"}, {"content-length", "3"}});
  });
  EXPECT_EQ((*head_of(get(*server, "/known")))->length(), 3u);
  EXPECT_EQ((*head_of(get(*server, "/unknown")))->length(), std::nullopt);
  EXPECT_EQ((*head_of(get(*server, "/304")))->length(), 0u);
  auto request = get(*server, "/head");
  request.method = "HEAD";
  EXPECT_EQ((*head_of(request))->length(), 0u);
  EXPECT_EQ(ask_for(request)->body, "");
}

TEST_F(H2ClientTest, RequestsAtTheSameTimeShareOneConnection) {
  std::vector<std::int32_t> waiting;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    waiting.push_back(request.id);
    if (waiting.size() < 50) return;
    for (const auto id : waiting) http2.answer(id, "met");
  });
  const auto answers = ask_all(std::vector<ClientRequest>(50, get(*server)));
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->body, "met");
  }
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, MakesAnotherConnectionPastTheUpstreamsBoundOfStreams) {
  const auto server = upstream([](Peer& peer, int connection) {
    FakeHttp2 http2(peer, {.max_streams = 2}, [&](FakeHttp2& self, FakeHttp2::Request& request) {
      if (request.fields[":path"] == "/hold") return self.answer_head(request.id);
      self.answer(request.id, std::to_string(connection));
    });
    http2.run();
  });
  EXPECT_EQ(ask_for(get(*server))->body, "0");
  auto first = head_of(get(*server, "/hold"));
  auto second = head_of(get(*server, "/hold"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(ask_for(get(*server))->body, "1");
  second->reset();
  EXPECT_EQ(ask_for(get(*server))->body, "0");
}

TEST_F(H2ClientTest, ABoundThatComesLateIsNoFailure) {
  // Before the upstream has said how many it bears, all are sent.
  const auto server = serve({.max_streams = 1}, echo);
  const auto answers = ask_all(std::vector<ClientRequest>(3, get(*server)));
  for (const auto& answer : answers) ASSERT_TRUE(answer) << answer.error().to_string();
}

TEST_F(H2ClientTest, JudgesTheAddressOfASessionForEachRequest) {
  int requests = 0;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    ++requests;
    http2.answer(request.id, "");
  });
  ASSERT_TRUE(ask_for(get(*server)));
  const auto denied = ask_for(
      get(*server), [](std::string_view) -> Result<void> { return fail(ErrorKind::Denied, "no"); });
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().kind(), ErrorKind::Denied);
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, AFirstConnectionThatFailsIsNotTheFailureOfThoseWhoWait) {
  const auto server = serve({}, echo);
  std::vector<ClientRequest> requests(4, get(*server));
  requests.front().deadline = std::chrono::steady_clock::now();
  const auto answers = ask_all(requests);
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& a) { return a.has_value(); }), 3);
}

TEST_F(H2ClientTest, ManyFirstRequestsToAnUpstreamOfHttp1AreAllServed) {
  FakeUpstream server(
      [](Peer& peer, int) {
        while (!peer.read_request().empty())
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      },
      &identity_);
  const auto answers = ask_all(std::vector<ClientRequest>(8, get(server)));
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().to_string();
    EXPECT_EQ(answer->body, "ok");
  }
}

// ---- Bodies ----

TEST_F(H2ClientTest, SendsBodiesThroughSmallWindows) {
  const auto server = serve({.window = 1000}, echo);
  auto request = get(*server);
  request.method = "POST";
  request.body = std::string(300'000, 'b');
  auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST " + request.body);

  request.body_source = std::make_shared<Pieces>(30, 7000);
  answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST " + std::string(210'000, 'p'));

  request.body_source = std::make_shared<Pieces>(30, 7000, 210'000);
  answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST " + std::string(210'000, 'p'));
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, ABodyThatFillsTheWindowExactlyEndsWithIt) {
  const auto server = serve({.window = 5000, .takes_bodies = false}, echo);
  ASSERT_TRUE(ask_for(get(*server)));  // from here on the window is known
  auto request = get(*server);
  request.method = "PUT";
  request.body_source = std::make_shared<Pieces>(5, 1000, 5000);
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "PUT " + std::string(5000, 'p'));
}

TEST_F(H2ClientTest, TakesNoMoreOfASourceThanTheWindowHasRoomForAndStopsWhenAnswered) {
  const auto server =
      serve({.window = 5000, .takes_bodies = false}, [](FakeHttp2& http2, FakeHttp2::Request& r) {
        if (r.body.size() == 5000 || r.ended) http2.answer(r.id, "enough");
      });
  ASSERT_TRUE(ask_for(get(*server)));  // from here on the window is known
  auto request = get(*server);
  request.method = "POST";
  const auto endless = std::make_shared<Pieces>(1'000'000, 1000);
  request.body_source = endless;
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "enough");
  EXPECT_EQ(endless->given, 5);
}

TEST_F(H2ClientTest, AnUpstreamMayAnswerWhileItReads) {
  const auto server = serve(
      {.takes_bodies = false},
      [](FakeHttp2& http2, FakeHttp2::Request& request) { http2.answer_with_echo(request.id); });
  auto request = get(*server);
  request.method = "POST";
  request.body = std::string(3'000'000, 'b');
  auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_TRUE(answer->body == request.body);
  request.body_source = std::make_shared<Pieces>(300, 10'000);
  answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_TRUE(answer->body == std::string(3'000'000, 'p'));
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, TheEndOfAResponseLetsGoOfTheSource) {
  const auto server = serve({}, [](FakeHttp2& http2, FakeHttp2::Request& request) {
    if (request.body.size() == 10) http2.answer_head(request.id);
  });
  auto request = get(*server);
  request.method = "POST";
  auto source = std::make_shared<SilentAfter>("0123456789");
  const std::weak_ptr<BodySource> seen = source;
  request.body_source = std::move(source);
  auto response = head_of(std::move(request));
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_FALSE(seen.expired());
  response->reset();
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(seen.expired());
}

TEST_F(H2ClientTest, ASourceThatDoesNotKeepToItsLengthEndsTheRequestOnly) {
  const auto server = serve({}, echo);
  auto request = get(*server);
  request.method = "POST";
  for (const int pieces : {5, 4}) {
    request.body_source = std::make_shared<Pieces>(pieces, 1000, 4500);
    const auto answer = ask_for(request);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Invalid) << answer.error().to_string();
  }
  EXPECT_TRUE(ask_for(get(*server)));
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, ABodyThatNobodyReadsIsHeldBackAndHoldsUpNoOther) {
  const std::string large(20'000'000, 'l');
  std::vector<std::int32_t> asked;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    if (request.fields[":path"] == "/large") {
      asked.push_back(request.id);
      return http2.answer(request.id, large);
    }
    std::size_t sent = 0;
    for (const auto id : asked) sent = std::max(sent, http2.sent(id));
    http2.answer(request.id, std::to_string(sent));
  });
  std::vector<std::unique_ptr<ClientResponse>> unread;
  for (int i = 0; i < 40; ++i) {  // more than the connection's window in all
    auto response = head_of(get(*server, "/large"));
    ASSERT_TRUE(response) << response.error().to_string();
    unread.push_back(std::move(*response));
  }
  const auto sent = ask_for(get(*server, "/sent"));
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_LE(std::stoul(sent->body), 256u * 1024);
  std::size_t size = 0;
  while (true) {
    const auto piece = await_on(loop_, unread.front()->read());
    ASSERT_TRUE(piece) << piece.error().to_string();
    if (piece->empty()) break;
    EXPECT_LE(piece->size(), 256u * 1024);
    size += piece->size();
  }
  EXPECT_EQ(size, large.size());
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, DropsTrailersAndInterimResponses) {
  const auto server = upstream([](Peer& peer, int) {
    std::string input;
    const auto id = await_head(peer, input);
    peer.send(h2_frame(NGHTTP2_SETTINGS, 0, 0, "") + h2_head(id, h2_field(":status", "103")) +
              h2_head(id, h2_field(":status", "100")) + h2_head(id, h2_field(":status", "200")) +
              h2_frame(NGHTTP2_DATA, 0, id, "hello") +
              h2_head(id, h2_field("x-trailer", "1"), NGHTTP2_FLAG_END_STREAM));
    peer.wait_closed();
  });
  const auto answer = ask_for(get(*server));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_FALSE(answer->headers.contains("x-trailer"));
}

// ---- Ends ----

TEST_F(H2ClientTest, DestroyingAResponseResetsItsStreamAndKeepsTheConnection) {
  std::latch reset(1);
  std::uint32_t code = 0;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    if (request.fields[":path"] == "/open") return http2.answer_head(request.id);
    code = http2.resets().at(1);
    http2.answer(request.id, "");
    reset.count_down();
  });
  auto response = head_of(get(*server, "/open"));
  ASSERT_TRUE(response) << response.error().to_string();
  response->reset();
  ASSERT_TRUE(ask_for(get(*server)));
  EXPECT_EQ(code, NGHTTP2_CANCEL);
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, CancellingResetsTheStreamAndIsNotRepeated) {
  std::latch asked(1);
  int requests = 0;
  std::uint32_t code = 0;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    ++requests;
    if (request.fields[":path"] == "/silent") return asked.count_down();
    code = http2.resets().at(1);
    http2.answer(request.id, "");
  });
  asio::cancellation_signal signal;
  std::optional<ErrorKind> ended;
  asio::co_spawn(
      loop_, client_->send(get(*server, "/silent"), allow_all),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown, auto result) {
        ASSERT_FALSE(thrown);
        ASSERT_FALSE(result);
        ended = result.error().kind();
      }));
  run_until(asked);
  signal.emit(asio::cancellation_type::terminal);
  while (!ended) loop_.run_one();
  EXPECT_EQ(ended, ErrorKind::Gone);
  ASSERT_TRUE(ask_for(get(*server)));
  EXPECT_EQ(code, NGHTTP2_CANCEL);
  EXPECT_EQ(requests, 2);
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, AResponseOutlivesItsClientAndThenTheConnectionEnds) {
  std::latch left(1);
  const auto server = upstream([&](Peer& peer, int) {
    FakeHttp2(peer, [](FakeHttp2& http2, FakeHttp2::Request& request) {
      http2.answer(request.id, std::string(1'000'000, 'x'));
    }).run();
    left.count_down();
  });
  auto response = head_of(get(*server));
  ASSERT_TRUE(response) << response.error().to_string();
  client_.reset();
  std::size_t size = 0;
  while (true) {
    const auto piece = await_on(loop_, (*response)->read());
    ASSERT_TRUE(piece) << piece.error().to_string();
    if (piece->empty()) break;
    size += piece->size();
  }
  EXPECT_EQ(size, 1'000'000u);
  run_until(left);
}

TEST_F(H2ClientTest, AnIdleConnectionIsLeftAfterItsTime) {
  ClientLimits limits;
  limits.max_idle_time = milliseconds(1);
  reset(limits);
  std::latch left(1);
  const auto server = upstream([&](Peer& peer, int) {
    FakeHttp2(peer, echo).run();
    left.count_down();
  });
  ASSERT_TRUE(ask_for(get(*server)));
  run_until(left);
}

TEST_F(H2ClientTest, NoConnectionIsKeptWhereNoneMayBe) {
  ClientLimits limits;
  limits.max_idle_per_host = 0;
  reset(limits);
  std::latch left(2);
  const auto server = upstream([&](Peer& peer, int) {
    FakeHttp2(peer, echo).run();
    left.count_down();
  });
  ASSERT_TRUE(ask_for(get(*server)));
  ASSERT_TRUE(ask_for(get(*server)));
  run_until(left);
}

TEST_F(H2ClientTest, ManyResponsesAbandonedAtOnceMoveTheOthersToANewConnection) {
  const auto server = serve(
      {}, [](FakeHttp2& http2, FakeHttp2::Request& request) { http2.answer_head(request.id); });
  std::vector<Result<std::unique_ptr<ClientResponse>>> open;
  const auto open_up_to = [&](std::size_t count) {
    while (open.size() < count) open.push_back(head_of(get(*server)));
    for (const auto& response : open) ASSERT_TRUE(response);
  };
  open_up_to(40);
  open.clear();
  open_up_to(1);
  EXPECT_EQ(server->connections(), 1);
  open_up_to(95);
  open.clear();
  open_up_to(1);
  EXPECT_EQ(server->connections(), 2);
}

// ---- What is repeated, and what is not ----

TEST_F(H2ClientTest, WhatAGoAwayDoesNotCoverIsSentAgain) {
  const auto server = upstream([](Peer& peer, int connection) {
    FakeHttp2 http2(peer, [&](FakeHttp2& self, FakeHttp2::Request& request) {
      if (connection > 0) return echo(self, request);
      if (request.ended) self.go_away(0, NGHTTP2_NO_ERROR);
    });
    http2.run();
  });
  auto request = get(*server);
  request.method = "POST";
  request.body = "once";
  const auto answer = ask_for(request);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "POST once");
  EXPECT_EQ(server->connections(), 2);
}

TEST_F(H2ClientTest, WhatAGoAwayCoversIsAnsweredAndNothingElseGoesThatWay) {
  const auto server = upstream([](Peer& peer, int connection) {
    FakeHttp2 http2(peer, [&](FakeHttp2& self, FakeHttp2::Request& request) {
      if (connection == 0) self.go_away(request.id, NGHTTP2_NO_ERROR);
      self.answer(request.id, std::to_string(connection));
    });
    http2.run();
  });
  EXPECT_EQ(ask_for(get(*server))->body, "0");
  EXPECT_EQ(ask_for(get(*server))->body, "1");
  EXPECT_EQ(ask_for(get(*server))->body, "1");
}

TEST_F(H2ClientTest, AStreamedBodyIsNotSentTwice) {
  const auto server = serve({}, [](FakeHttp2& http2, FakeHttp2::Request& request) {
    if (!request.body.empty()) http2.go_away(0, NGHTTP2_NO_ERROR);
  });
  auto request = get(*server);
  request.method = "POST";
  request.body_source = std::make_shared<Pieces>(3, 100);
  const auto answer = ask_for(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Gone);
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, ARefusedStreamIsTriedAgainButNotForEver) {
  int requests = 0;
  const auto server = serve({}, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
    const bool once = request.fields[":path"] == "/once";
    if (++requests > 1 && once) return http2.answer(request.id, "at last");
    http2.reset(request.id, NGHTTP2_REFUSED_STREAM);
  });
  const auto answer = ask_for(get(*server, "/once"));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "at last");
  requests = 0;
  const auto refused = ask_for(get(*server, "/always"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Gone);
  EXPECT_EQ(requests, 8);
}

TEST_F(H2ClientTest, AnIdempotentRequestThatMeetsTheEndOfAConnectionIsSentAgain) {
  for (const std::string method : {"GET", "PUT", "POST", "PATCH"}) {
    std::atomic<int> requests = 0;
    const auto server = upstream([&](Peer& peer, int connection) {
      FakeHttp2 http2(peer, [&](FakeHttp2& self, FakeHttp2::Request& request) {
        ++requests;
        if (connection == 0 && request.id > 1) return peer.interrupt();
        self.answer(request.id, std::to_string(connection));
      });
      http2.run();
    });
    EXPECT_EQ(ask_for(get(*server))->body, "0");
    auto request = get(*server);
    request.method = method;
    const auto second = ask_for(request);
    if (method == "GET" || method == "PUT") {
      ASSERT_TRUE(second) << second.error().to_string();
      EXPECT_EQ(second->body, "1");
      continue;
    }
    ASSERT_FALSE(second) << method;
    EXPECT_EQ(second.error().kind(), ErrorKind::Gone);
    EXPECT_EQ(requests, 2) << method;
    EXPECT_EQ(server->connections(), 1) << method;
  }
}

TEST_F(H2ClientTest, ARequestThatHasNotLeftIsSentElsewhereWhateverItsMethod) {
  std::latch stuck(1);
  std::latch cut(1);
  std::atomic<int> posts = 0;
  const auto server = upstream([&](Peer& peer, int connection) {
    FakeHttp2 http2(peer, {.window = 1 << 28}, [&](FakeHttp2& self, FakeHttp2::Request& request) {
      if (request.fields[":method"] == "POST") ++posts;
      self.answer(request.id, std::to_string(connection));
      if (connection > 0) return;
      // From now on only the sockets hold back what the client sends, and nobody reads it.
      if (request.id == 1)
        self.send_raw(h2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\x10\0\0\0", 4)));
      if (request.id == 1) return;
      stuck.count_down();
      cut.wait();
      peer.interrupt();
    });
    http2.run();
  });
  EXPECT_EQ(ask_for(get(*server))->body, "0");
  auto large = get(*server);
  large.method = "PATCH";
  large.body = std::string(1 << 26, 'l');
  auto small = get(*server);
  small.method = "POST";
  small.body = "small";
  std::vector<Result<Answer>> answers;
  const auto begin = [&](const ClientRequest& request) {
    asio::co_spawn(loop_, ask(*client_, request, allow_all),
                   [&](std::exception_ptr, Result<Answer> answer) { answers.push_back(answer); });
  };
  loop_.restart();
  begin(large);
  run_until(stuck);
  while (loop_.poll() > 0) {
  }
  begin(small);
  loop_.poll();
  cut.count_down();
  while (answers.size() < 2) loop_.run_one();
  ASSERT_FALSE(answers[0]);
  ASSERT_TRUE(answers[1]) << answers[1].error().to_string();
  EXPECT_EQ(answers[1]->body, "1");
  EXPECT_EQ(posts, 1);
}

TEST_F(H2ClientTest, ARequestThatTheUpstreamHasBegunToAnswerIsNotSentAgain) {
  const auto server = serve({}, [](FakeHttp2& http2, FakeHttp2::Request& request) {
    if (request.id == 1) return http2.answer(request.id, "");
    http2.answer_head(request.id, {{":status", "103"}});
    http2.stop();
  });
  ASSERT_TRUE(ask_for(get(*server)));
  const auto second = ask_for(get(*server));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Gone) << second.error().to_string();
  EXPECT_EQ(server->connections(), 1);
}

TEST_F(H2ClientTest, AnUpstreamThatWantsHttp1ForARequestGetsIt) {
  const auto server = upstream([](Peer& peer, int connection) {
    if (connection == 0)
      return FakeHttp2(peer,
                       [](FakeHttp2& http2, FakeHttp2::Request& request) {
                         http2.reset(request.id, NGHTTP2_HTTP_1_1_REQUIRED);
                       })
          .run();
    while (!peer.read_request().empty())
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
  });
  const auto answer = ask_for(get(*server));
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ(answer->body, "old");
}

TEST_F(H2ClientTest, AResetOfTheUpstreamIsNamed) {
  const auto server = serve({}, [](FakeHttp2& http2, FakeHttp2::Request& request) {
    http2.reset(request.id, NGHTTP2_INTERNAL_ERROR);
  });
  const auto answer = ask_for(get(*server));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Gone);
  EXPECT_THAT(answer.error().to_string(), HasSubstr("INTERNAL_ERROR"));
}

}  // namespace
}  // namespace wws::http
