#include "http/h1/parser.h"

#include <gtest/gtest.h>

#include <vector>

namespace wws::http::h1 {
namespace {

struct Outcome {
  ParserEvent event = ParserEvent::NeedMore;
  std::string body;
  std::size_t consumed = 0;
};

// Runs the parser over `bytes` in pieces of `step`, up to the end of the request or a refusal.
Outcome run(RequestParser& parser, std::string_view bytes, std::size_t step) {
  Outcome outcome;
  while (outcome.consumed < bytes.size()) {
    const auto taken = parser.parse(bytes.substr(outcome.consumed, step), outcome.body);
    outcome.consumed += taken.consumed;
    outcome.event = taken.event;
    if (taken.event == ParserEvent::Complete || taken.event == ParserEvent::Refused) break;
  }
  return outcome;
}

Outcome run_all(RequestParser& parser, std::string_view bytes) {
  return run(parser, bytes, bytes.size());
}

TEST(RequestParser, ReadsAGet) {
  RequestParser parser({});
  const auto got =
      run_all(parser, "GET /a/b?c=d HTTP/1.1\r\nHost: localhost:8080\r\nX-A:  1 \t\r\n\r\n");
  ASSERT_EQ(got.event, ParserEvent::Complete);
  EXPECT_EQ(parser.head().method, "GET");
  EXPECT_EQ(parser.head().target, "/a/b?c=d");
  EXPECT_EQ(parser.head().authority, "localhost:8080");
  EXPECT_EQ(parser.head().headers.find("x-a"), "1");
  EXPECT_EQ(parser.content_length(), 0U);
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParser, StopsAtTheEndOfARequestAndGoesOnWithTheNext) {
  RequestParser parser({});
  const std::string_view first = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const std::string both = std::string(first) + "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
  const auto one = run_all(parser, both);
  EXPECT_EQ(one.event, ParserEvent::Complete);
  EXPECT_EQ(one.consumed, first.size());
  EXPECT_EQ(one.body, "abc");
  parser.next();
  const auto two = run_all(parser, std::string_view(both).substr(one.consumed));
  EXPECT_EQ(two.event, ParserEvent::Complete);
  EXPECT_EQ(parser.head().target, "/2");
  EXPECT_EQ(parser.head().headers.size(), 1U);
}

TEST(RequestParser, GivesTheSameForEveryWayToCutTheBytes) {
  const std::string_view bytes =
      "\r\nPOST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=\"1\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RequestParser parser({});
    const auto got = run(parser, bytes, step);
    ASSERT_EQ(got.event, ParserEvent::Complete) << step;
    EXPECT_EQ(got.body, "abc0123456789");
    EXPECT_EQ(got.consumed, bytes.size());
    EXPECT_FALSE(parser.content_length().has_value());
    EXPECT_FALSE(parser.head().headers.contains("x-trailer"));
  }
}

TEST(RequestParser, TellsTheHeadBeforeTheBody) {
  RequestParser parser({});
  std::string body;
  const std::string_view bytes =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\nhi";
  const auto step = parser.parse(bytes, body);
  EXPECT_EQ(step.event, ParserEvent::Head);
  EXPECT_EQ(bytes.substr(step.consumed), "hi");
  EXPECT_EQ(parser.content_length(), 2U);
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_TRUE(body.empty());
}

TEST(RequestParser, TakesAnAbsoluteTargetApart) {
  RequestParser parser({});
  ASSERT_EQ(run_all(parser, "GET http://Real:81?x HTTP/1.1\r\nHost: other\r\n\r\n").event,
            ParserEvent::Complete);
  EXPECT_EQ(parser.head().authority, "Real:81");
  EXPECT_EQ(parser.head().target, "/?x");
}

TEST(RequestParser, AnAbsoluteTargetReplacesHost) {
  RequestParser parser({});
  ASSERT_EQ(run_all(parser, "GET http://y/hello HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n").event,
            ParserEvent::Complete);
  EXPECT_EQ(parser.head().headers.find("host"), "y");
  EXPECT_EQ(parser.head().headers.size(), 2U);
  parser.next();
  ASSERT_EQ(run_all(parser, "GET http://y/ HTTP/1.0\r\n\r\n").event, ParserEvent::Complete);
  EXPECT_EQ(parser.head().headers.find("host"), "y");
}

TEST(RequestParser, TakesAnAsteriskForOptionsOnly) {
  RequestParser parser({});
  ASSERT_EQ(run_all(parser, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").event, ParserEvent::Complete);
  EXPECT_EQ(parser.head().target, "*");
  parser.next();
  EXPECT_EQ(run_all(parser, "GET * HTTP/1.1\r\nHost: a\r\n\r\n").event, ParserEvent::Refused);
}

TEST(RequestParser, KnowsWhenAConnectionStays) {
  const auto stays = [](std::string_view request) {
    RequestParser parser({});
    EXPECT_EQ(run_all(parser, request).event, ParserEvent::Complete) << request;
    return parser.keep_alive();
  };
  EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n"));
  EXPECT_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestParser, IgnoresAnUpgradeItDoesNotOffer) {
  RequestParser parser({});
  const auto got = run_all(
      parser,
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_EQ(got.event, ParserEvent::Complete);
}

struct Bad {
  int status;
  std::string_view bytes;
};

class RefusedRequest : public testing::TestWithParam<Bad> {};

TEST_P(RefusedRequest, IsRefusedHoweverItIsCut) {
  const auto [status, bytes] = GetParam();
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    RequestParser parser({.max_head_bytes = 512, .max_headers = 8});
    ASSERT_EQ(run(parser, bytes, step).event, ParserEvent::Refused) << bytes;
    EXPECT_EQ(parser.refusal().status, status) << bytes << "\n" << parser.refusal().text;
    EXPECT_FALSE(parser.refusal().text.empty());
    std::string body;
    EXPECT_EQ(parser.parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", body).event, ParserEvent::Refused);
  }
}

const std::string kLongTarget = "GET /" + std::string(600, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kLongValue =
    "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'a') + "\r\n\r\n";
const std::string kManyFields =
    "GET / HTTP/1.1\r\nHost: a\r\na: 1\r\nb: 1\r\nc: 1\r\nd: 1\r\ne: 1\r\nf: 1\r\ng: 1\r\nh: "
    "1\r\n\r\n";
const std::string kEndlessBlank = std::string(600, '\n');
const std::string kNul("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 36);
const std::string kLongExtension =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
    std::string(40'000, 'x') + "\r\na\r\n0\r\n\r\n";
const std::string kLongTrailer =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: " +
    std::string(40'000, 'x') + "\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Grammar, RefusedRequest,
    testing::Values(
        Bad{400, "\x16\x03\x01\x02 a TLS hello"}, Bad{400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"},
        Bad{400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
        Bad{400, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"},
        Bad{400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
        Bad{400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"}, Bad{400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\n\r\n"}, Bad{400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
        Bad{400, "GET / HTTP/1.1\rHost: a\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
        Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n"}, Bad{400, kNul}));
INSTANTIATE_TEST_SUITE_P(Target, RefusedRequest,
                         testing::Values(Bad{400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{501, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{501, "get / HTTP/1.1\r\nHost: a\r\n\r\n"}));
INSTANTIATE_TEST_SUITE_P(Version, RefusedRequest,
                         testing::Values(Bad{505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"},
                                         Bad{505, "GET / HTTP/0.9\r\n\r\n"},
                                         Bad{505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"},
                                         Bad{505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"},
                                         Bad{505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
                                         Bad{400, "GET / HTTP/x.1\r\nHost: a\r\n\r\n"},
                                         Bad{505, "GET /\r\n\r\n"},
                                         Bad{400, "GET / HTTX/1.1\r\nHost: a\r\n\r\n"},
                                         Bad{400, "GET / RTSP/1.0\r\nHost: a\r\n\r\n"},
                                         Bad{400, "SOURCE / ICE/1.0\r\nHost: a\r\n\r\n"}));
INSTANTIATE_TEST_SUITE_P(Host, RefusedRequest,
                         testing::Values(Bad{400, "GET / HTTP/1.1\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a,b\"\r\n\r\n"}));
// A worker could not parse the URL that is made of it.
INSTANTIATE_TEST_SUITE_P(HostThatIsNoUrls, RefusedRequest,
                         testing::Values(Bad{400, "GET / HTTP/1.1\r\nHost: [:::]\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: :\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a%00\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: 1.2.3.4.5\r\n\r\n"},
                                         Bad{400, "GET / HTTP/1.1\r\nHost: a.0x\r\n\r\n"},
                                         Bad{400, "GET http://a]/ HTTP/1.1\r\nHost: a\r\n\r\n"}));

TEST(RequestParser, EveryFormOfHostThatAUrlHasIsTaken) {
  for (const std::string host :
       {"a", "a:", "a:65535", "127.0.0.1:80", "[::1]", "[::1]:80", "[::ffff:1.2.3.4]:1",
        "x1.example.", "a_b.example", "3d.example"}) {
    RequestParser parser({});
    run_all(parser, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    EXPECT_EQ(parser.head().authority, host);
  }
}
// Each of these has been read in two ways by two servers in a row.
INSTANTIATE_TEST_SUITE_P(
    Smuggling, RefusedRequest,
    testing::Values(
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
            "5\r\n\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nabcde"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\na"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nabcde"},
        Bad{501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc"},
        Bad{501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        Bad{501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        Bad{501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\nabc"},
        Bad{501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\nabc"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0\r\n\r\n"},
        Bad{400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3 "
            "\r\nabc\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
            "chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
            "chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc0\r\n\r\n"},
        Bad{400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
            "chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n"},
        Bad{400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\nabc\r\n"}));
INSTANTIATE_TEST_SUITE_P(Bounds, RefusedRequest,
                         testing::Values(Bad{431, kLongTarget}, Bad{431, kLongValue},
                                         Bad{431, kManyFields}, Bad{431, kEndlessBlank},
                                         Bad{400, kLongExtension}, Bad{400, kLongTrailer}));

}  // namespace
}  // namespace wws::http::h1
