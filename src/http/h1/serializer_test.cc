#include "http/h1/serializer.h"

#include <gtest/gtest.h>

namespace wws::http::h1 {
namespace {

TEST(Serializer, WritesTheDateOfTheStandard) {
  DateText date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(784111777 + 86400), "Mon, 07 Nov 1994 08:49:37 GMT");
}

TEST(Serializer, WritesAHeadAndKeepsItsOwnFields) {
  ResponseHead head{.status = 404, .reason = {}, .headers = {}};
  head.headers.add("X-A", "1");
  for (const char* name :
       {"content-length", "Transfer-Encoding", "CONNECTION", "date", "Keep-Alive"})
    head.headers.add(name, "evil");
  std::string out;
  append_response_head(out, head, Framing::Length, 12, Persistence::Close, "D");
  EXPECT_EQ(out,
            "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nDate: D\r\nConnection: close\r\nContent-Length: "
            "12\r\n\r\n");
}

TEST(Serializer, WritesTheHeadOfAnUpgrade) {
  ResponseHead head{.status = 101, .reason = {}, .headers = {}};
  head.headers.add("Upgrade", "websocket");
  head.headers.add("Connection", "close");
  std::string out;
  append_upgrade_head(out, head, "D");
  EXPECT_EQ(out,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nDate: D\r\n"
            "Connection: Upgrade\r\n\r\n");
}

TEST(Serializer, NamesEachFraming) {
  const auto written = [](Framing framing, Persistence persistence) {
    std::string out;
    append_response_head(out, {.status = 299, .reason = "Mine", .headers = {}}, framing, 0,
                         persistence, "D");
    return out;
  };
  EXPECT_EQ(written(Framing::NoBody, Persistence::Implied), "HTTP/1.1 299 Mine\r\nDate: D\r\n\r\n");
  EXPECT_EQ(written(Framing::UntilClose, Persistence::Implied),
            "HTTP/1.1 299 Mine\r\nDate: D\r\n\r\n");
  EXPECT_EQ(written(Framing::Chunked, Persistence::KeepAlive),
            "HTTP/1.1 299 Mine\r\nDate: D\r\nConnection: keep-alive\r\nTransfer-Encoding: "
            "chunked\r\n\r\n");
}

TEST(Serializer, RefusesWhatWouldBreakOutOfItsField) {
  const auto with = [](std::string name, std::string value) {
    ResponseHead head;
    head.headers.add(std::move(name), std::move(value));
    return check_response_head(head);
  };
  EXPECT_TRUE(with("X", "fine").has_value());
  for (const auto& bad : {with("X", "a\r\nSet-Cookie: b"), with("X", std::string("a\0", 2)),
                          with("X:", "a"), with("", "a"), with("X Y", "a"), with("X\r\nY", "a")}) {
    ASSERT_FALSE(bad.has_value());
    EXPECT_EQ(bad.error().kind(), ErrorKind::Invalid);
  }
  EXPECT_FALSE(check_response_head({.status = 200, .reason = "a\r\nb", .headers = {}}).has_value());
  for (const int status : {-1, 0, 100, 101, 199, 1000})
    EXPECT_FALSE(check_response_head({.status = status, .reason = {}, .headers = {}}).has_value())
        << status;
}

}  // namespace
}  // namespace wws::http::h1
