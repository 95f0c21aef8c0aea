// wws.h as a program of the host's own: documents in, documents out.
#include <gtest/gtest.h>
#include <wws.h>

#include <string>

namespace {

std::string text_of(wws_text text) { return {text.data, text.size}; }

const char* parse(const std::string& document, wws_request* request) {
  return wws_parse(document.data(), document.size(), request);
}

constexpr const char* kRequest =
    R"( {"url":"http://h/a?b=1","method":"POST","headers":{"x-a":"1","x-b":"2"},"body":"b\u00e4\ud83d\ude00\n\"\\",
        "kv":{"n":"1"},"params":{"id":"7"},"later":[{"a":[1,null,"]"]},{}],"more":-1.5e3} )";

TEST(WwsHeader, ReadsEveryFieldAndStepsOverUnknownOnes) {
  wws_request request;
  ASSERT_EQ(parse(kRequest, &request), nullptr);
  EXPECT_EQ(text_of(request.url), "http://h/a?b=1");
  EXPECT_EQ(text_of(request.method), "POST");
  EXPECT_EQ(text_of(request.body), "b\u00e4\U0001F600\n\"\\");
  EXPECT_STREQ(wws_get(&request.headers, "x-b"), "2");
  EXPECT_STREQ(wws_get(&request.params, "id"), "7");
  EXPECT_STREQ(wws_get(&request.kv, "n"), "1");
  EXPECT_EQ(wws_get(&request.kv, "m"), nullptr);
}

TEST(WwsHeader, EveryBeginningOfADocumentIsAnErrorNotACrash) {
  const std::string whole(kRequest);
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    wws_request request;
    EXPECT_NE(parse(part, &request), nullptr) << part;
  }
}

TEST(WwsHeader, WhatIsNoRequestIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "it is no object"},
      {"{}", "`url` is missing"},
      {R"({"url":1})", "a string is missing"},
      {R"({"url":"/","method":"GET"})", "`body` is missing"},
      {R"({"url":"/","method":"GET","body":""} x)", "something follows the object"},
      {R"({"url":"\q"})", "an escape is wrong"},
      {R"({"url":"\u12g4"})", "an escape is wrong"},
      {R"({"headers":{"a":1}})", "a string is missing"},
      {R"({"url":"/","method":"GET","body":"AA","base64":true})", "`body` is no base64"},
  };
  for (const auto& [document, error] : cases) {
    wws_request request;
    EXPECT_STREQ(parse(document, &request), error) << document;
  }
  wws_request request;
  EXPECT_STREQ(parse("{\"x\":" + std::string(100, '['), &request), "values are nested too deeply");
}

TEST(WwsHeader, LoneSurrogatesBecomeReplacementCharacters) {
  wws_request request;
  ASSERT_EQ(parse(R"({"url":"\ud800\u0041 \udc00","method":"","body":""})", &request), nullptr);
  EXPECT_EQ(text_of(request.url), "\uFFFDA \uFFFD");
}

TEST(WwsHeader, BinaryBodiesComeAndGoAsBase64) {
  wws_request request;
  ASSERT_EQ(parse(R"({"url":"/","method":"PUT","body":"AP8=","base64":true})", &request), nullptr);
  EXPECT_EQ(text_of(request.body), std::string("\0\xff", 2));
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("abc")}) {
    wws_text back;
    ASSERT_TRUE(wws_from_base64(wws_base64(wws_copy(bytes.data(), bytes.size())), &back));
    EXPECT_EQ(text_of(back), bytes);
  }
  wws_text none;
  for (const char* wrong : {"A===", "=AAA", "AA=A", "A", "AAA*", "AA==AAAA"})
    EXPECT_FALSE(wws_from_base64(wws_copy(wrong, strlen(wrong)), &none)) << wrong;
  wws_response response{};
  response.status = 200;
  wws_write(&response, "\0\xff", 2);
  EXPECT_EQ(text_of(wws_document(&response, &request.kv)),
            R"({"data":"AP8=","headers":{},"status":200,"base64":true,"kv":{}})");
}

TEST(WwsHeader, WritesEscapesAndLists) {
  wws_pairs kv{};
  wws_set(&kv, "a", "1");
  wws_set(&kv, "a", "\"\n");
  wws_set(&kv, "b", "2");
  wws_remove(&kv, "b");
  wws_response response{};
  response.status = 201;
  wws_print(&response, "%s %d", "\xc3\xa4\\", 7);
  wws_add(&response.headers, "set-cookie", "a=1");
  wws_add(&response.headers, "x", "y");
  wws_add(&response.headers, "set-cookie", "b=2");
  EXPECT_EQ(
      text_of(wws_document(&response, &kv)),
      "{\"data\":\"\xc3\xa4\\\\ 7\",\"headers\":{\"set-cookie\":[\"a=1\",\"b=2\"],\"x\":[\"y\"]},"
      "\"status\":201,\"kv\":{\"a\":\"\\\"\\u000a\"}}");
}

TEST(WwsHeader, AValueMayBeSetFromThePairThatItReplaces) {
  wws_pairs pairs{};
  wws_set(&pairs, "a", "1");
  wws_set(&pairs, "a", wws_get(&pairs, "a"));
  EXPECT_STREQ(wws_get(&pairs, "a"), "1");
  EXPECT_EQ(pairs.count, 1u);
}

TEST(WwsHeader, BytesThatAreNoUtf8AreToldFromText) {
  for (const char* wrong :
       {"\x80", "\xc1\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\xc3"})
    EXPECT_FALSE(wws_is_utf8(wws_copy(wrong, strlen(wrong))));
  EXPECT_TRUE(wws_is_utf8(wws_copy("\xf0\x9f\x98\x80\xed\x9f\xbf", 7)));
}

TEST(WwsHeader, AMethodThatTheInterfaceLacksIsRefused) {
  wws_response answer;
  EXPECT_EQ(wws_fetch("PURGE", "https://example.com/", nullptr, nullptr, 0, &answer),
            1 + static_cast<int>(WWS_INVALID_REQUEST));
  EXPECT_NE(std::string(answer.body.data).find("GET, POST"), std::string::npos);
}

}  // namespace
