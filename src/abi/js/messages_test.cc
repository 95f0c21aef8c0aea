#include "abi/js/messages.h"

#include <gtest/gtest.h>

#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

std::string response(std::uint16_t status, std::uint8_t kind, std::uint32_t header_count,
                     std::string_view body) {
  std::string out;
  ByteWriter writer(out);
  writer.number(status);
  writer.number(kind);
  writer.number(std::uint8_t{0});
  writer.prefixed_text("");
  writer.number(header_count);
  writer.prefixed_text("x-a");
  writer.prefixed_text("1");
  writer.prefixed_text(body);
  return out;
}

TEST(DecodeResponse, ReadsHeadAndBody) {
  const auto message = decode_response(as_bytes(response(201, WWS_BODY_INLINE, 1, "hello")));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->head.status, 201);
  EXPECT_EQ(message->head.headers.find("X-A"), "1");
  EXPECT_EQ(message->body, "hello");
}

TEST(DecodeResponse, RefusesWhatIsCutAtAnyByte) {
  const std::string whole = response(200, WWS_BODY_INLINE, 1, "hello");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_response(as_bytes(whole.substr(0, size))).has_value()) << size;
}

TEST(DecodeResponse, RefusesAHeaderCountThatLies) {
  EXPECT_FALSE(
      decode_response(as_bytes(response(200, WWS_BODY_INLINE, 0xffffffffu, "x"))).has_value());
}

TEST(DecodeResponse, RefusesAStatusThatHttpCannotCarry) {
  for (const std::uint16_t status : {0, 101, 199, 600, 65535})
    EXPECT_FALSE(decode_response(as_bytes(response(status, WWS_BODY_INLINE, 1, ""))).has_value());
}

TEST(DecodeResponse, ReadsAWebSocketWithItsStatusOnly) {
  EXPECT_TRUE(decode_response(as_bytes(response(101, WWS_BODY_SOCKET, 1, ""))).has_value());
  EXPECT_FALSE(decode_response(as_bytes(response(200, WWS_BODY_SOCKET, 1, ""))).has_value());
  EXPECT_FALSE(decode_response(as_bytes(response(101, WWS_BODY_NONE, 1, ""))).has_value());
}

TEST(EncodeSocketEvents, HaveTheirParts) {
  const std::string message = encode_message(WWS_SOCKET_BINARY, "ab");
  ByteReader reader(as_bytes(message));
  EXPECT_EQ(reader.number<std::uint32_t>(), unsigned{WWS_EVENT_MESSAGE});
  EXPECT_EQ(reader.number<std::uint32_t>(), 0u);
  EXPECT_EQ(reader.number<std::uint32_t>(), unsigned{WWS_SOCKET_BINARY});
  EXPECT_EQ(reader.prefixed_text(), "ab");
  const std::string closed = encode_closed(4000, true, "", "bye");
  ByteReader rest(as_bytes(closed));
  EXPECT_EQ(rest.number<std::uint32_t>(), unsigned{WWS_EVENT_CLOSED});
  EXPECT_EQ(rest.number<std::uint32_t>(), 0u);
  EXPECT_EQ(rest.number<std::uint32_t>(), 4000u);
  EXPECT_EQ(rest.number<std::uint32_t>(), 1u);
  EXPECT_EQ(rest.prefixed_text(), "");
  EXPECT_EQ(rest.prefixed_text(), "bye");
  EXPECT_EQ(rest.remaining(), 0u);
}

TEST(EncodeRequest, LowersHeaderNamesAndKeepsValues) {
  http::Headers headers;
  headers.add("X-Mixed-Case", "VaLuE");
  const Pairs params = {{"id", "7"}};
  std::string out;
  encode(RequestMessage{WWS_REQUEST_BODY_INLINE, "POST", "http://h/", headers, params, "body"},
         out);

  ByteReader reader(as_bytes(out));
  EXPECT_EQ(reader.number<std::uint32_t>(), unsigned{WWS_REQUEST_BODY_INLINE});
  EXPECT_EQ(reader.prefixed_text(), "POST");
  EXPECT_EQ(reader.prefixed_text(), "http://h/");
  EXPECT_EQ(reader.number<std::uint32_t>(), 1u);
  EXPECT_EQ(reader.prefixed_text(), "x-mixed-case");
  EXPECT_EQ(reader.prefixed_text(), "VaLuE");
  EXPECT_EQ(reader.number<std::uint32_t>(), 1u);
  EXPECT_EQ(reader.prefixed_text(), "id");
  EXPECT_EQ(reader.prefixed_text(), "7");
  EXPECT_EQ(reader.prefixed_text(), "body");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(DecodeFetch, RefusesWhatIsCut) {
  std::string whole;
  ByteWriter writer(whole);
  writer.number(std::uint32_t{WWS_FETCH_BODY_INLINE});
  writer.prefixed_text("GET");
  writer.prefixed_text("https://example.com/");
  writer.number(std::uint32_t{0});
  writer.prefixed_text("body");
  ASSERT_TRUE(decode_fetch(as_bytes(whole)).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_fetch(as_bytes(whole.substr(0, size))).has_value()) << size;
}

}  // namespace
}  // namespace wws::abi::js
