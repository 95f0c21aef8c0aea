// What an upstream that speaks HTTP/2 may do to hurt: nothing of it may hang, grow without bound or
// pass for a response.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client/client.h"
#include "http/client/fake_http2.h"

namespace wws::http {
namespace {

using std::chrono::milliseconds;

class HostileHttp2 : public ::testing::Test {
 protected:
  HostileHttp2() : identity_("127.0.0.1") {}

  static ClientRequest request_to(const FakeUpstream& upstream, std::string method = "GET") {
    ClientRequest request;
    request.method = std::move(method);
    request.secure = true;
    request.host = "127.0.0.1";
    request.port = upstream.port();
    return request;
  }
  Result<std::string> ask(FakeUpstream::Script script, ClientLimits limits = {},
                          std::string method = "GET") {
    FakeUpstream upstream(std::move(script), &identity_, FakeUpstream::Alpn::Http2);
    boost::asio::io_context loop;
    auto client = make_client(loop, limits, identity_.file).value();
    return await_on(loop, body_of(*client, request_to(upstream, std::move(method))));
  }
  // Of an upstream that answers the request with these bytes and waits.
  Result<std::string> answer_to(const std::string& bytes, std::string method = "GET",
                                ClientLimits limits = {}) {
    return ask(
        [&](Peer& peer, int) {
          std::string input;
          await_head(peer, input);
          peer.send(kSettings + bytes);
          peer.wait_closed();
        },
        limits, std::move(method));
  }
  // Of one that goes on with `again` until it is hung up on.
  Result<std::string> answer_to_endless(const std::string& start, const std::string& again) {
    return ask([&](Peer& peer, int) {
      std::string input;
      await_head(peer, input);
      peer.send(kSettings + start);
      while (peer.send(again)) {
      }
    });
  }

  const FakeIdentity identity_;
  const std::string kSettings = h2_frame(NGHTTP2_SETTINGS, 0, 0, "");
};

std::string ok_head(const std::string& more = "", std::uint8_t flags = 0) {
  return h2_head(1, h2_field(":status", "200") + more, flags);
}
std::string data(std::string_view bytes, std::uint8_t flags = NGHTTP2_FLAG_END_STREAM) {
  return h2_frame(NGHTTP2_DATA, flags, 1, bytes);
}

TEST_F(HostileHttp2, MalformedResponsesAreRefused) {
  const auto field = [](std::string_view name, std::string_view value) {
    return ok_head(h2_field(name, value)) + data("hello");
  };
  for (const std::string& bytes : {
           field("connection", "keep-alive"),
           field("Keep-Alive", "5"),
           field("keep-alive", "5"),
           field("proxy-connection", "x"),
           field("transfer-encoding", "chunked"),
           field("upgrade", "h3"),
           field("X-Upper", "1"),
           field("x bad", "1"),
           field("x-bad", "a\nb"),
           field("x-bad", "a\rb"),
           field("x-bad", std::string_view("a\0b", 3)),
           field(":path", "/"),
           field(":status", "200"),
           field("content-length", "4"),
           field("content-length", "6"),
           field("content-length", "-5"),
           field("content-length", "0x5"),
           field("content-length", "99999999999999999999999"),
           ok_head(h2_field("content-length", "5") + h2_field("content-length", "5")) +
               data("hello"),
           ok_head(h2_field("content-length", "5"), NGHTTP2_FLAG_END_STREAM),
           h2_head(1, h2_field("x", "y")) + data("hello"),
           h2_head(1, h2_field("x", "y") + h2_field(":status", "200")) + data("hello"),
           h2_head(1, h2_field(":status", "101")) + data("hello"),
           h2_head(1, h2_field(":status", "999")) + data("hello"),
           h2_head(1, h2_field(":status", "20")) + data("hello"),
           h2_head(1, h2_field(":status", "")) + data("hello"),
           h2_head(1, h2_field(":status", "100"), NGHTTP2_FLAG_END_STREAM),
           h2_head(1, h2_field(":status", "204")) + data("hello"),
           h2_head(1, h2_field(":status", "304")) + data("hello"),
           data("hello"),
       }) {
    const auto answer = answer_to(bytes);
    ASSERT_FALSE(answer) << ::testing::PrintToString(bytes);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Internal)
        << ::testing::PrintToString(bytes) << answer.error().to_string();
  }
  const auto head = answer_to(ok_head() + data("hello"), "HEAD");
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind(), ErrorKind::Internal) << head.error().to_string();
}

TEST_F(HostileHttp2, BrokenConnectionsEndTheirRequests) {
  const std::string huge_frame = "\xff\xff\xff" + std::string("\x00\x00\x00\x00\x00\x01", 6);
  for (const std::string& bytes : {
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
           huge_frame + std::string(70'000, 'x'),
           h2_head(2, h2_field(":status", "200")),                      // nobody asked
           h2_head(3, h2_field(":status", "200")),                      // of a request to come
           h2_frame(NGHTTP2_PUSH_PROMISE, NGHTTP2_FLAG_END_HEADERS, 1,  // not allowed to push
                    std::string("\0\0\0\2", 4) + h2_field(":method", "GET")),
           h2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, "\xff\xff\xff\xff\xff\xff\xff"),
           h2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string(4, '\0')),
           h2_frame(NGHTTP2_SETTINGS, 0, 0, "12345"),
           h2_frame(NGHTTP2_RST_STREAM, 0, 5, std::string(4, '\0')),
       }) {
    const auto answer = answer_to(bytes);
    ASSERT_FALSE(answer) << ::testing::PrintToString(bytes.substr(0, 40));
    EXPECT_EQ(answer.error().kind(), ErrorKind::Internal) << answer.error().to_string();
  }
}

TEST_F(HostileHttp2, HeadsAreBounded) {
  ClientLimits limits;
  limits.max_head_bytes = 4096;
  const auto large = answer_to(ok_head(h2_field("x", std::string(5000, 'x'))), "GET", limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::Exhausted) << large.error().to_string();
  std::string many;
  for (int i = 0; i < 200; ++i) many += h2_field("x", "y");
  const auto fields = answer_to(ok_head(many), "GET", limits);
  ASSERT_FALSE(fields);
  EXPECT_EQ(fields.error().kind(), ErrorKind::Exhausted) << fields.error().to_string();
  EXPECT_EQ(
      answer_to(ok_head(h2_field("x", std::string(4000, 'x'))) + data("ok"), "GET", limits).value(),
      "ok");
  // Fields without end, in frames that never end the head.
  const auto endless = answer_to_endless(
      h2_frame(NGHTTP2_HEADERS, 0, 1, h2_field(":status", "200")),
      h2_frame(NGHTTP2_CONTINUATION, 0, 1, h2_field("x", std::string(1000, 'x'))));
  ASSERT_FALSE(endless);
}

TEST_F(HostileHttp2, TheFieldsOfAHeadAreCounted) {
  const auto with_fields = [](std::uint32_t count) {
    std::string fields;
    for (std::uint32_t i = 0; i < count; ++i) fields += h2_field("x", "y");
    return ok_head(fields) + data("ok");
  };
  EXPECT_EQ(answer_to(with_fields(kMostFields)).value(), "ok");
  const auto many = answer_to(with_fields(kMostFields + 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().kind(), ErrorKind::Exhausted);
  EXPECT_EQ(many.error().message(), "the head of the upstream's response has over 1024 fields");
}

TEST_F(HostileHttp2, InterimResponsesAreBounded) {
  const auto answer = answer_to_endless("", h2_head(1, h2_field(":status", "103")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Internal) << answer.error().to_string();
}

TEST_F(HostileHttp2, FramesThatBringNothingAreBounded) {
  for (const std::string& frame : {
           h2_frame(NGHTTP2_PING, 0, 0, "12345678"),
           h2_frame(NGHTTP2_SETTINGS, 0, 0, ""),
           h2_frame(NGHTTP2_PRIORITY, 0, 1, std::string(5, '\0')),
       }) {
    const auto answer = answer_to_endless("", frame);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind(), ErrorKind::Internal) << answer.error().to_string();
  }
  const auto empty = answer_to_endless(ok_head(), data("", 0));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind(), ErrorKind::Internal) << empty.error().to_string();
}

TEST_F(HostileHttp2, AResponseCutAtAnyByteIsNeverAWholeOne) {
  const std::string whole = kSettings + h2_frame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, "") +
                            ok_head(h2_field("content-length", "11")) + data("hello", 0) +
                            data(" world");
  FakeUpstream upstream(
      [&](Peer& peer, int connection) {
        std::string input;
        await_head(peer, input);
        peer.send(std::string_view(whole).substr(0, static_cast<std::size_t>(connection)));
      },
      &identity_, FakeUpstream::Alpn::Http2);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity_.file).value();
  const auto again = [&] { return await_on(loop, body_of(*client, request_to(upstream))); };
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto answer = again();
    ASSERT_FALSE(answer) << cut << ": " << *answer;
    EXPECT_EQ(answer.error().kind(), ErrorKind::Gone) << answer.error().to_string();
  }
  EXPECT_EQ(again().value(), "hello world");
}

TEST_F(HostileHttp2, AResponseThatComesByteByByteIsTheSame) {
  const std::string whole = kSettings + ok_head(h2_field("x", "y")) + data("hel", 0) + data("lo");
  const auto answer = ask([&](Peer& peer, int) {
    std::string input;
    await_head(peer, input);
    for (const char byte : whole) peer.send(std::string(1, byte));
    peer.wait_closed();
  });
  EXPECT_EQ(answer.value(), "hello");
}

TEST_F(HostileHttp2, SilenceEndsWithATimeout) {
  ClientLimits limits;
  limits.response_timeout = milliseconds(30);
  limits.read_timeout = milliseconds(30);
  EXPECT_EQ(answer_to("", "GET", limits).error().kind(), ErrorKind::TimedOut);
  EXPECT_EQ(answer_to(ok_head() + data("half", 0), "GET", limits).error().kind(),
            ErrorKind::TimedOut);
}

TEST_F(HostileHttp2, AClosedWindowEndsAnUpload) {
  ClientLimits limits;
  limits.read_timeout = milliseconds(30);
  FakeUpstream upstream(
      [](Peer& peer, int) {
        FakeHttp2(peer, {.window = 0}, [](FakeHttp2&, FakeHttp2::Request&) {}).run();
      },
      &identity_, FakeUpstream::Alpn::Http2);
  boost::asio::io_context loop;
  auto client = make_client(loop, limits, identity_.file).value();
  auto request = request_to(upstream, "POST");
  request.body = std::string(1'000'000, 'x');
  EXPECT_EQ(await_on(loop, body_of(*client, request)).error().kind(), ErrorKind::TimedOut);
}

TEST_F(HostileHttp2, ADrippingBodyEndsAtTheDeadline) {
  FakeUpstream upstream(
      [&](Peer& peer, int) {
        std::string input;
        await_head(peer, input);
        peer.send(kSettings + ok_head());
        while (peer.send(data("x", 0))) std::this_thread::sleep_for(milliseconds(5));
      },
      &identity_, FakeUpstream::Alpn::Http2);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity_.file).value();
  auto request = request_to(upstream);
  request.deadline = std::chrono::steady_clock::now() + milliseconds(200);
  EXPECT_EQ(await_on(loop, body_of(*client, request)).error().kind(), ErrorKind::TimedOut);
}

TEST_F(HostileHttp2, ASilentConnectionIsNotTriedAgain) {
  FakeUpstream upstream(
      [](Peer& peer, int connection) {
        FakeHttp2(peer, [&](FakeHttp2& http2, FakeHttp2::Request& request) {
          if (connection > 0 || request.id == 1) http2.answer(request.id, "alive");
        }).run();
      },
      &identity_, FakeUpstream::Alpn::Http2);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity_.file).value();
  EXPECT_EQ(await_on(loop, body_of(*client, request_to(upstream))).value(), "alive");
  loop.poll();
  auto request = request_to(upstream);
  request.deadline = std::chrono::steady_clock::now() + milliseconds(100);
  EXPECT_EQ(await_on(loop, body_of(*client, request)).error().kind(), ErrorKind::TimedOut);
  EXPECT_EQ(await_on(loop, body_of(*client, request_to(upstream))).value(), "alive");
}

TEST_F(HostileHttp2, ALoopThatEndsWithStreamsOpenLeavesNothing) {
  FakeUpstream upstream(
      [](Peer& peer, int) {
        FakeHttp2(peer, [](FakeHttp2& http2, FakeHttp2::Request& request) {
          http2.answer_head(request.id);
        }).run();
      },
      &identity_, FakeUpstream::Alpn::Http2);
  boost::asio::io_context loop;
  auto client = make_client(loop, {}, identity_.file).value();
  const AddressFilter allow = [](std::string_view) -> Result<void> { return {}; };
  auto response = await_on(loop, client->send(request_to(upstream), allow));
  ASSERT_TRUE(response) << response.error().to_string();
  // One more is under way.
  boost::asio::co_spawn(loop, client->send(request_to(upstream), allow),
                        [](std::exception_ptr, auto) {});
  loop.poll();
  client.reset();
}

}  // namespace
}  // namespace wws::http
