// What an upstream may do to hurt: nothing of it may hang, grow without bound or pass for a
// response.
#include <gtest/gtest.h>

#include <latch>

#include "http/client/client.h"
#include "http/client/fake_upstream.h"

namespace wws::http {
namespace {

using std::chrono::milliseconds;

ClientRequest request_to(const FakeUpstream& upstream) {
  ClientRequest request;
  request.host = "127.0.0.1";
  request.port = upstream.port();
  return request;
}

Result<std::string> ask(const FakeUpstream& upstream, ClientLimits limits = {}) {
  boost::asio::io_context loop;
  auto client = make_client(loop, limits).value();
  return await_on(loop, body_of(*client, request_to(upstream)));
}

// The answer of an upstream that sends these bytes and closes.
Result<std::string> answer_to(const std::string& bytes) {
  FakeUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send(bytes);
  });
  return ask(upstream);
}

// An upstream that sends `start` and then `again` until it is hung up on.
FakeUpstream::Script endless(std::string start, std::string again) {
  return [start, again](Peer& peer, int) {
    peer.read_request();
    peer.send(start);
    while (peer.send(again)) {
    }
  };
}

TEST(HostileUpstream, EndlessHeadsAreCut) {
  FakeUpstream fields(endless("HTTP/1.1 200 OK\r\n", "X-More: 1\r\n"));
  EXPECT_EQ(ask(fields).error().kind(), ErrorKind::Exhausted);
  FakeUpstream line(endless("HTTP/1.1 200 OK\r\nX: ", std::string(1000, 'x')));
  EXPECT_EQ(ask(line).error().kind(), ErrorKind::Exhausted);
  FakeUpstream interim(endless("", "HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(ask(interim).error().kind(), ErrorKind::Internal);
}

TEST(HostileUpstream, TheFieldsOfAHeadAreCounted) {
  const auto with_fields = [](std::uint32_t count) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n";
    for (std::uint32_t i = 1; i < count; ++i) head += "X: y\r\n";
    return head + "\r\nok";
  };
  EXPECT_EQ(answer_to(with_fields(kMostFields)).value(), "ok");
  const auto many = answer_to(with_fields(kMostFields + 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().kind(), ErrorKind::Exhausted);
  EXPECT_EQ(many.error().message(), "the head of the upstream's response has over 1024 fields");
}

TEST(HostileUpstream, EndlessChunkHeadsAndTrailersAreCut) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  FakeUpstream extension(endless(head + "5;", std::string(1000, 'x')));
  EXPECT_EQ(ask(extension).error().kind(), ErrorKind::Internal);
  FakeUpstream trailer(endless(head + "0\r\n", "X-More: 1\r\n"));
  EXPECT_EQ(ask(trailer).error().kind(), ErrorKind::Internal);
}

TEST(HostileUpstream, AmbiguousOrBrokenFramingIsRefused) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const std::string& rest : {
           ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
           ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
           ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           ok + "Transfer-Encoding: gzip\r\n\r\nabc",
           ok + "Content-Length: -1\r\n\r\n",
           ok + "Content-Length: 0x5\r\n\r\nhello",
           ok + "Content-Length: 99999999999999999999999\r\n\r\nhello",
           ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
           ok + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc",
           ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
           ok + "Bad Name: 1\r\n\r\n",
           std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
           std::string("HTTP/1.1 999 Odd\r\n\r\n"),
           std::string("HTTP/2.0 200 OK\r\n\r\n"),
           std::string("SSH-2.0-OpenSSH\r\n\r\n"),
       }) {
    const auto answer = answer_to(rest);
    ASSERT_FALSE(answer) << rest;
    EXPECT_EQ(answer.error().kind(), ErrorKind::Internal) << rest << answer.error().to_string();
  }
}

TEST(HostileUpstream, AResponseCutAtAnyByteIsNeverAWholeOne) {
  for (const std::string& whole :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX: y\r\n\r\nhello world"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n "
                    "world\r\n0\r\nT: u\r\n\r\n")}) {
    FakeUpstream upstream([&](Peer& peer, int connection) {
      peer.read_request();
      peer.send(std::string_view(whole).substr(0, static_cast<std::size_t>(connection)));
    });
    boost::asio::io_context loop;
    auto client = make_client(loop, {}).value();
    const auto again = [&] { return await_on(loop, body_of(*client, request_to(upstream))); };
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      const auto answer = again();
      ASSERT_FALSE(answer) << cut << ": " << *answer;
      EXPECT_EQ(answer.error().kind(), ErrorKind::Gone) << answer.error().to_string();
    }
    EXPECT_EQ(again().value(), "hello world");
  }
}

TEST(HostileUpstream, AResponseThatComesByteByByteIsTheSame) {
  for (const std::string& whole :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"),
        std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n2\r\nhe\r\n3;a=\"b\"\r\nllo\r\n0\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")}) {
    FakeUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      for (const char byte : whole) {
        peer.send(std::string(1, byte));
        std::this_thread::yield();
      }
    });
    EXPECT_EQ(ask(upstream).value(), "hello");
  }
}

TEST(HostileUpstream, BytesPastTheEndAreNotTheNextResponse) {
  FakeUpstream upstream([](Peer& peer, int) {
    while (!peer.read_request().empty())
      peer.send(
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n"
          "Content-Length: 4\r\n\r\nevil");
  });
  boost::asio::io_context loop;
  auto client = make_client(loop, {}).value();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(await_on(loop, body_of(*client, request_to(upstream))).value(), "ok");
  EXPECT_EQ(upstream.connections(), 3);
}

ClientRequest secure_request_to(const FakeUpstream& upstream) {
  auto request = request_to(upstream);
  request.secure = true;
  return request;
}

TEST(HostileUpstream, ARecordBehindTheEndIsNotTheNextResponse) {
  const FakeIdentity identity("127.0.0.1");
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const std::string evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  FakeUpstream upstream(
      [&](Peer& peer, int) {
        while (!peer.read_request().empty()) peer.send_together({good, evil});
      },
      &identity);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity.file).value();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(await_on(loop, body_of(*client, secure_request_to(upstream))).value(), "ok");
  EXPECT_EQ(upstream.connections(), 3);
}

TEST(HostileUpstream, ARecordThatComesWhileNobodyAsksIsNotTheNextResponse) {
  const FakeIdentity identity("127.0.0.1");
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  std::latch read(1), sent(1);
  FakeUpstream upstream(
      [&](Peer& peer, int connection) {
        peer.read_request();
        peer.send(good);
        if (connection > 0) return;
        read.wait();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        sent.count_down();
        peer.wait_closed();
      },
      &identity);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity.file).value();
  EXPECT_EQ(await_on(loop, body_of(*client, secure_request_to(upstream))).value(), "ok");
  read.count_down();
  sent.wait();
  EXPECT_EQ(await_on(loop, body_of(*client, secure_request_to(upstream))).value(), "ok");
  EXPECT_EQ(upstream.connections(), 2);
}

TEST(HostileUpstream, SilenceEndsWithATimeout) {
  ClientLimits limits;
  limits.response_timeout = milliseconds(30);
  limits.read_timeout = milliseconds(30);
  FakeUpstream silent([](Peer& peer, int) { peer.wait_closed(); });
  EXPECT_EQ(ask(silent, limits).error().kind(), ErrorKind::TimedOut);
  FakeUpstream stuck([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    peer.wait_closed();
  });
  EXPECT_EQ(ask(stuck, limits).error().kind(), ErrorKind::TimedOut);
}

TEST(HostileUpstream, ADrippingHeadDoesNotExtendItsTime) {
  ClientLimits limits;
  limits.response_timeout = milliseconds(60);
  FakeUpstream drip([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("X: y\r\n")) std::this_thread::sleep_for(milliseconds(5));
  });
  EXPECT_EQ(ask(drip, limits).error().kind(), ErrorKind::TimedOut);
}

TEST(HostileUpstream, ADrippingBodyEndsAtTheDeadline) {
  FakeUpstream drip([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.0 200 OK\r\n\r\n");
    while (peer.send("x")) std::this_thread::sleep_for(milliseconds(5));
  });
  boost::asio::io_context loop;
  auto client = make_client(loop, {}).value();
  auto request = request_to(drip);
  request.deadline = std::chrono::steady_clock::now() + milliseconds(80);
  EXPECT_EQ(await_on(loop, body_of(*client, request)).error().kind(), ErrorKind::TimedOut);
}

TEST(HostileUpstream, ATlsPortThatSpeaksPlainTextIsGone) {
  FakeUpstream plain([](Peer& peer, int) { peer.send("HTTP/1.1 400 Bad\r\n\r\n"); });
  boost::asio::io_context loop;
  auto client = make_client(loop, {}).value();
  auto request = request_to(plain);
  request.secure = true;
  EXPECT_EQ(await_on(loop, body_of(*client, request)).error().kind(), ErrorKind::Gone);
}

}  // namespace
}  // namespace wws::http
