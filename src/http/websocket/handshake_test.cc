#include "http/websocket/handshake.h"

#include <gtest/gtest.h>

namespace wws::http::websocket {
namespace {

RequestHead request() {
  RequestHead head;
  head.method = "GET";
  head.target = "/chat";
  head.headers.add("Host", "server.example.com");
  head.headers.add("Upgrade", "websocket");
  head.headers.add("Connection", "keep-alive, Upgrade");
  head.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  head.headers.add("Sec-WebSocket-Version", "13");
  return head;
}

int refusal_of(const RequestHead& head) {
  const auto handshake = read_handshake(head);
  return handshake ? 0 : handshake.error().head.status;
}

TEST(Handshake, IsThatOfTheStandard) {
  const auto handshake = read_handshake(request());
  ASSERT_TRUE(handshake);
  EXPECT_EQ(handshake->accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_FALSE(handshake->deflate);
  ResponseHead response;
  response.headers.add("Set-Cookie", "a=b");
  ASSERT_TRUE(complete_handshake(request(), *handshake, response));
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.headers.find("Upgrade"), "websocket");
  EXPECT_EQ(response.headers.find("Sec-WebSocket-Accept"), handshake->accept);
  EXPECT_EQ(response.headers.find("set-cookie"), "a=b");
  EXPECT_FALSE(response.headers.contains("Sec-WebSocket-Extensions"));
}

TEST(Handshake, SaysWhatIsWrongWithARequest) {
  auto head = request();
  head.headers.remove("Upgrade");
  EXPECT_EQ(refusal_of(head), 426);
  head = request();
  head.headers.set("Connection", "keep-alive");
  EXPECT_EQ(refusal_of(head), 426);
  head = request();
  head.headers.set("Sec-WebSocket-Version", "8");
  EXPECT_EQ(refusal_of(head), 426);
  EXPECT_EQ(read_handshake(head).error().head.headers.find("Sec-WebSocket-Version"), "13");
  head = request();
  head.headers.add("Sec-WebSocket-Version", "13");
  EXPECT_EQ(refusal_of(head), 426);
  head = request();
  head.method = "POST";
  EXPECT_EQ(refusal_of(head), 400);
  head = request();
  head.version_minor = 0;
  EXPECT_EQ(refusal_of(head), 400);
  head = request();
  head.version_major = 2;
  head.version_minor = 0;
  EXPECT_EQ(refusal_of(head), 400);
  for (const char* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ==x", "dGhlIHNhbXBsZSBub25j*Q=="}) {
    head = request();
    head.headers.set("Sec-WebSocket-Key", key);
    EXPECT_EQ(refusal_of(head), 400) << key;
  }
  head = request();
  head.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(refusal_of(head), 400);
}

TEST(Handshake, ChoosesOnlySubprotocolsThatAreOffered) {
  auto head = request();
  head.headers.add("Sec-WebSocket-Protocol", "chat, superchat");
  const auto handshake = read_handshake(head);
  ResponseHead response;
  response.headers.add("Sec-WebSocket-Protocol", "superchat");
  EXPECT_TRUE(complete_handshake(head, *handshake, response));
  response.headers.set("Sec-WebSocket-Protocol", "soap");
  const auto wrong = complete_handshake(head, *handshake, response);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message().find("'soap'"), std::string::npos);
}

TEST(Handshake, SaysWhatIsAgreedOn) {
  auto head = request();
  head.headers.add("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
  const auto handshake = read_handshake(head);
  ResponseHead response;
  response.headers.add("Sec-WebSocket-Extensions", "what the worker likes");
  ASSERT_TRUE(complete_handshake(head, *handshake, response));
  EXPECT_EQ(response.headers.find("Sec-WebSocket-Extensions"),
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12");
}

}  // namespace
}  // namespace wws::http::websocket
