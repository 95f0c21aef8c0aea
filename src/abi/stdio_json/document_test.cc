#include "abi/stdio_json/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::abi::stdio_json {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::string why_refused(const std::string& output) {
  const auto response = parse_response(output);
  if (response.has_value()) return "(accepted)";
  EXPECT_EQ(response.error().kind(), ErrorKind::Invalid);
  return response.error().message();
}
// A document with one member in place of the usual one.
std::string with(std::string_view data = R"("")", std::string_view headers = "{}",
                 std::string_view status = "200", std::string_view kv = "{}") {
  return std::string(R"({"data":)").append(data) + R"(,"headers":)" + std::string(headers) +
         R"(,"status":)" + std::string(status) + R"(,"kv":)" + std::string(kv) + "}";
}

TEST(WriteRequest, HasTheKeysInTheirOrder) {
  JsonRequest request{.url = "http://127.0.0.1:8080/path?q=1",
                      .method = "GET",
                      .headers = {{"Host", "127.0.0.1:8080"}},
                      .body = {},
                      .kv = {},
                      .params = {}};
  EXPECT_EQ(write_request(request),
            R"({"url":"http://127.0.0.1:8080/path?q=1","method":"GET",)"
            R"("headers":{"host":"127.0.0.1:8080"},"body":"","kv":{},"params":{}})");
}

TEST(WriteRequest, LastValueOfAHeaderWins) {
  const JsonRequest request{.headers = {{"Accept", "a"}, {"X", "1"}, {"ACCEPT", "b"}}};
  EXPECT_THAT(write_request(request), HasSubstr(R"("headers":{"x":"1","accept":"b"})"));
}

TEST(WriteRequest, EscapesText) {
  const JsonRequest request{.body = std::string("a\"b\\c\n\t\r\x01\x1f/\0", 12),
                            .kv = {{"k\"", "v\\"}, {"2", "ü🚀"}},
                            .params = {{"id", "\n"}}};
  const std::string document = write_request(request);
  EXPECT_THAT(document, HasSubstr(R"("body":"a\"b\\c\n\t\r\u0001\u001f/\u0000")"));
  EXPECT_THAT(document, HasSubstr(R"("kv":{"k\"":"v\\","2":"ü🚀"})"));
  EXPECT_THAT(document, HasSubstr(R"("params":{"id":"\n"})"));
}

TEST(WriteRequest, GivesABodyThatIsNotTextAsBase64) {
  const JsonRequest request{.body =
                                "\xff\xfe"
                                "a"};
  const std::string document = write_request(request);
  EXPECT_THAT(document, HasSubstr(R"("body":"//5h")"));
  EXPECT_TRUE(document.ends_with(R"("params":{},"base64":true})")) << document;
}

TEST(WriteRequest, ReplacesBytesThatAreNoText) {
  const JsonRequest request{.url =
                                "/a\xff"
                                "b\xc3",
                            .headers = {{"x", "\xe2\x82\xac\xe2\x82"}}};
  const std::string document = write_request(request);
  EXPECT_THAT(document, HasSubstr("\"/a\xef\xbf\xbd"
                                  "b\xef\xbf\xbd\""));
  EXPECT_THAT(document, HasSubstr("\"€\xef\xbf\xbd\xef\xbf\xbd\""));
}

TEST(ParseResponse, ReadsEveryField) {
  const auto response = parse_response(
      R"( {"data":"grüße","headers":{"Content-Type":"text/plain","x_powered_by":"wws"},)"
      R"("status":404,"kv":{"a":"1","b":""},"more":[1,{}]})"
      "\n");
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "grüße");
  EXPECT_THAT(response->headers,
              ElementsAre(Pair("Content-Type", "text/plain"), Pair("x-powered-by", "wws")));
  EXPECT_THAT(response->kv, ElementsAre(Pair("a", "1"), Pair("b", "")));
}

TEST(ParseResponse, DefaultContentTypeIsHtml) {
  EXPECT_THAT(parse_response(with()).value().headers,
              ElementsAre(Pair("content-type", "text/html")));
  EXPECT_THAT(parse_response(with(R"("")", R"({"CONTENT_TYPE":"a/b"})")).value().headers,
              ElementsAre(Pair("CONTENT-TYPE", "a/b")));
  EXPECT_THAT(parse_response(with(R"("")", R"({"content-type":null})")).value().headers,
              ElementsAre(Pair("content-type", "text/html")));
}

TEST(ParseResponse, NullDataIsEmpty) { EXPECT_EQ(parse_response(with("null")).value().body, ""); }

TEST(ParseResponse, ScalarsBecomeText) {
  const auto response = parse_response(
      with(R"("")", R"({"a":1,"b":true,"c":1.5,"d":null,"e":-3,"content-type":"x/y"})", "200",
           R"({"n":18446744073709551615,"f":false,"z":null})"));
  ASSERT_TRUE(response.has_value()) << response.error().to_string();
  EXPECT_THAT(response->headers, ElementsAre(Pair("a", "1"), Pair("b", "true"), Pair("c", "1.5"),
                                             Pair("e", "-3"), Pair("content-type", "x/y")));
  EXPECT_THAT(response->kv, ElementsAre(Pair("n", "18446744073709551615"), Pair("f", "false")));
}

TEST(ParseResponse, AListRepeatsTheHeader) {
  EXPECT_THAT(
      parse_response(with(R"("")", R"({"set_cookie":["a=1","b=2",3],"content-type":"x/y","x":[]})"))
          .value()
          .headers,
      ElementsAre(Pair("set-cookie", "a=1"), Pair("set-cookie", "b=2"), Pair("set-cookie", "3"),
                  Pair("content-type", "x/y")));
}

TEST(ParseResponse, ALaterNameReplacesAnEarlierOne) {
  EXPECT_THAT(parse_response(with(R"("")", R"({"X_A":"1","content-type":"x/y","x-a":"2"})"))
                  .value()
                  .headers,
              ElementsAre(Pair("x-a", "2"), Pair("content-type", "x/y")));
  EXPECT_THAT(parse_response(with(R"("")", "{}", "200", R"({"a":"1","a":"2"})")).value().kv,
              ElementsAre(Pair("a", "2")));
}

TEST(ParseResponse, StatusOutsideItsRangeIs200) {
  for (const char* status : {"0", "99", "1000", "65535", "-1", "18446744073709551615", "1e300"})
    EXPECT_EQ(parse_response(with(R"("")", "{}", status)).value().status, 200) << status;
  EXPECT_EQ(parse_response(with(R"("")", "{}", "100")).value().status, 100);
  EXPECT_EQ(parse_response(with(R"("")", "{}", "999")).value().status, 999);
  EXPECT_EQ(parse_response(with(R"("")", "{}", "404.0")).value().status, 404);
}

TEST(ParseResponse, DecodesBase64) {
  const std::string tail = R"(,"headers":{},"status":200,"kv":{}})";
  EXPECT_EQ(parse_response(R"({"base64":true,"data":"//5h")" + tail).value().body,
            "\xff\xfe"
            "a");
  EXPECT_EQ(parse_response(R"({"base64":false,"data":"//5h")" + tail).value().body, "//5h");
  EXPECT_EQ(parse_response(R"({"base64":null,"data":"//5h")" + tail).value().body, "//5h");
  EXPECT_EQ(parse_response(R"({"base64":true,"data":null)" + tail).value().body, "");
  EXPECT_THAT(why_refused(R"({"base64":true,"data":"//5")" + tail),
              HasSubstr("'data' is not base64"));
  EXPECT_THAT(why_refused(R"({"base64":"yes","data":"")" + tail),
              HasSubstr("'base64' must be true or false, not a string"));
}

TEST(ParseResponse, NamesTheMissingField) {
  EXPECT_THAT(why_refused("{}"), HasSubstr("'data' is missing"));
  EXPECT_THAT(why_refused(R"({"data":"","status":200,"kv":{}})"),
              HasSubstr("'headers' is missing"));
  EXPECT_THAT(why_refused(R"({"data":"","headers":{},"kv":{}})"), HasSubstr("'status' is missing"));
  EXPECT_THAT(why_refused(R"({"data":"","headers":{},"status":200})"),
              HasSubstr("'kv' is missing"));
}

TEST(ParseResponse, NamesTheWrongType) {
  EXPECT_THAT(why_refused("[]"), HasSubstr("must be an object, not a list"));
  EXPECT_THAT(why_refused(with("5")), HasSubstr("'data' must be a string, not a number"));
  EXPECT_THAT(why_refused(with(R"("")", "null")),
              HasSubstr("'headers' must be an object, not null"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a":{}})")),
              HasSubstr("'a' must be a string or a list of strings, not an object"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a":[["b"]]})")), HasSubstr("not a list"));
  EXPECT_THAT(why_refused(with(R"("")", "{}", R"("200")")),
              HasSubstr("'status' must be a number, not a string"));
  EXPECT_THAT(why_refused(with(R"("")", "{}", "200.5")), HasSubstr("whole number"));
  EXPECT_THAT(why_refused(with(R"("")", "{}", "200", R"({"k":["v"]})")),
              HasSubstr("'kv.k' must be a string, not a list"));
  EXPECT_THAT(why_refused(with(R"("")", "{}", "200", "[]")), HasSubstr("'kv' must be an object"));
}

TEST(ParseResponse, MoreHeadersThanAnybodyTakesAreRefused) {
  const auto many = [](int count) {
    std::string headers = R"({"content-type":"a")";
    for (int i = 1; i < count; ++i) headers += R"(,"x-)" + std::to_string(i) + R"(":"v")";
    return headers + "}";
  };
  EXPECT_EQ(why_refused(with(R"("")", many(4096))), "(accepted)");
  EXPECT_THAT(why_refused(with(R"("")", many(4097))), HasSubstr("4097 fields"));
}

TEST(ParseResponse, AHeaderCannotBreakOutOfItsLine) {
  EXPECT_THAT(why_refused(with(R"("")", R"({"a\r\nb":"c"})")),
              HasSubstr("'a\\r\\nb' is no header name"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"":"c"})")), HasSubstr("no header name"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a b":"c"})")), HasSubstr("no header name"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a:":"c"})")), HasSubstr("no header name"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a":"c\r\nset-cookie: x"})")),
              HasSubstr("'a' has a control character"));
  EXPECT_THAT(why_refused(with(R"("")", R"({"a":["ok","\u0000"]})")),
              HasSubstr("control character"));
}

TEST(ParseResponse, RefusesAnythingButOneValue) {
  EXPECT_THAT(why_refused(""), HasSubstr("nothing was written; stdout is empty"));
  EXPECT_THAT(why_refused(" \n"), HasSubstr("nothing was written"));
  EXPECT_THAT(why_refused("debug\n" + with()), HasSubstr("begins with \"debug\\n{"));
  EXPECT_THAT(why_refused(with() + "done"), HasSubstr("one JSON value and nothing else"));
  EXPECT_THAT(why_refused(with() + with()), HasSubstr("one JSON value and nothing else"));
  EXPECT_THAT(why_refused(with().substr(0, 20)), HasSubstr("one JSON value"));
  EXPECT_THAT(why_refused(with("\"\xff\"")), HasSubstr("one JSON value"));
  EXPECT_THAT(why_refused(std::string(100'000, '[')), HasSubstr("one JSON value"));
}

TEST(ParseResponse, ShowsABoundedEscapedBeginning) {
  const std::string message = why_refused("\x1b[31m" + std::string(5000, 'x'));
  EXPECT_THAT(message, HasSubstr("stdout (5005 bytes) begins with \"\\x1b[31mxxx"));
  EXPECT_LT(message.size(), 500u);
}

}  // namespace
}  // namespace wws::abi::stdio_json
