#include "admin/question.h"

#include <gtest/gtest.h>

namespace wws::admin {
namespace {

TEST(Question, APathIsEnough) {
  const auto request = parse_question(R"({"path": "/a?b=c"})");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->target, "/a?b=c");
  EXPECT_EQ(request->authority, "");
  EXPECT_EQ(request->max_response, kMaxAnswerBytes);
}

TEST(Question, TakesEverything) {
  const auto request = parse_question(
      R"({"method":"POST","path":"/","headers":[["X-A","1"],["Host","a.example"]],"body":"/w==","body_encoding":"base64"})");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->body, "\xff");
  EXPECT_EQ(request->headers.find("x-a"), "1");
  EXPECT_EQ(request->authority, "a.example");
}

TEST(Question, NamesWhatIsWrong) {
  const struct {
    const char* json;
    const char* part;
  } cases[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {"{\"path\": ", "JSON object"},
      {R"({"method": "GET"})", "`path` is missing"},
      {R"({"path": 7})", "`path` must be a string"},
      {R"({"path": "a"})", "must start with '/'"},
      {R"({"path": "/a b"})", "percent-encode"},
      {R"({"path": "/a\r\nHost: b"})", "percent-encode"},
      {R"({"path": "/ü"})", "percent-encode"},
      {R"({"path": "/", "method": "GE T"})", "`method`"},
      {R"({"path": "/", "method": "CONNECT"})", "`method`"},
      {R"({"path": "/", "headers": {"a": "b"}})", "list of"},
      {R"({"path": "/", "headers": [["a"]]})", "list of"},
      {R"({"path": "/", "headers": [["a b", "c"]]})", "illegal field"},
      {R"({"path": "/", "headers": [["a", "b\r\nc: d"]]})", "illegal field"},
      {R"({"path": "/", "body": "!", "body_encoding": "base64"})", "not base64"},
      {R"({"path": "/", "body_encoding": "rot13"})", "`body_encoding`"},
  };
  for (const auto& wrong : cases) {
    const auto request = parse_question(wrong.json);
    ASSERT_FALSE(request.has_value()) << wrong.json;
    EXPECT_EQ(request.error().kind(), ErrorKind::Invalid);
    EXPECT_NE(request.error().message().find(wrong.part), std::string::npos)
        << request.error().message();
  }
}

TEST(Question, DeepNestingIsNoDanger) {
  std::string deep = R"({"path": "/", "x": )";
  deep += std::string(100'000, '[');
  EXPECT_FALSE(parse_question(deep).has_value());
}

}  // namespace
}  // namespace wws::admin
