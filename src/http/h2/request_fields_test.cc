#include "http/h2/request_fields.h"

#include <gtest/gtest.h>

namespace wws::http::h2 {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Outcome {
  RequestHead head;
  std::optional<Refusal> refusal;
  std::optional<std::uint64_t> length;
  [[nodiscard]] int status() const { return refusal ? refusal->status : 0; }
};

Outcome finish(const Fields& fields, const FieldLimits& limits = {}) {
  RequestFields request(limits);
  for (const auto& [name, value] : fields) request.add(name, value);
  Outcome outcome;
  outcome.length = request.content_length();
  outcome.refusal = request.finish(outcome.head);
  return outcome;
}

Fields get(const Fields& more = {}) {
  Fields fields{
      {":method", "GET"}, {":scheme", "https"}, {":path", "/a?b"}, {":authority", "x.test"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

TEST(RequestFields, BecomeTheHeadThatHttp1WouldHaveBrought) {
  const auto outcome = finish(get({{"accept", "*/*"}, {"content-length", "5"}}));
  ASSERT_FALSE(outcome.refusal);
  EXPECT_EQ(outcome.head.method, "GET");
  EXPECT_EQ(outcome.head.target, "/a?b");
  EXPECT_EQ(outcome.head.authority, "x.test");
  EXPECT_EQ(outcome.head.headers.find("host"), "x.test");
  EXPECT_EQ(outcome.head.headers.find("accept"), "*/*");
  EXPECT_EQ(outcome.length, 5u);
}

TEST(RequestFields, SplitCookiesAreOneField) {
  const auto outcome = finish(get({{"cookie", "a=1"}, {"cookie", "b=2"}}));
  EXPECT_EQ(outcome.head.headers.find("cookie"), "a=1; b=2");
}

TEST(RequestFields, HostStandsForAnAuthorityAndMayNotContradictIt) {
  const Fields without{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}};
  Fields with_host = without;
  with_host.emplace_back("host", "h.test");
  EXPECT_EQ(finish(with_host).head.authority, "h.test");
  EXPECT_EQ(finish(without).status(), 400);
  EXPECT_EQ(finish(get({{"host", "X.TEST"}})).status(), 0);
  EXPECT_EQ(finish(get({{"host", "other.test"}})).status(), 400);
  EXPECT_EQ(finish(get({{"host", "x.test"}, {"host", "x.test"}})).status(), 400);
}

TEST(RequestFields, OfARefusedRequestIsKnownWhatItWas) {
  const auto outcome = finish(get({{"a", "\x01"}}));
  EXPECT_EQ(outcome.status(), 400);
  EXPECT_EQ(outcome.head.method, "GET");
  EXPECT_EQ(outcome.head.target, "/a?b");
}

TEST(RequestFields, WhatHttp1RefusesIsRefused) {
  const auto with = [](const char* name, const char* value) {
    Fields fields = get();
    for (auto& field : fields)
      if (field.first == name) field.second = value;
    return finish(fields).status();
  };
  EXPECT_EQ(with(":method", "CONNECT"), 501);
  EXPECT_EQ(with(":method", "TRACE"), 501);
  EXPECT_EQ(with(":method", "BREW"), 501);
  EXPECT_EQ(with(":scheme", "ftp"), 400);
  EXPECT_EQ(with(":path", "a"), 400);
  EXPECT_EQ(with(":path", "*"), 400);
  EXPECT_EQ(with(":path", "/a b"), 400);
  EXPECT_EQ(with(":path", "/a#b"), 400);
  EXPECT_EQ(with(":authority", "a@b"), 400);
  EXPECT_EQ(finish(get({{"a", "b\x01"}})).status(), 400);
  EXPECT_EQ(finish(get({{"content-length", "1x"}})).status(), 400);
  EXPECT_EQ(finish(get({{"content-length", "1"}, {"content-length", "1"}})).status(), 400);
}

TEST(RequestFields, TheAsteriskIsForOptions) {
  Fields fields = get();
  fields[0].second = "OPTIONS";
  fields[2].second = "*";
  EXPECT_EQ(finish(fields).status(), 0);
}

TEST(RequestFields, SizeAndNumberAreBounded) {
  const FieldLimits limits{.max_head_bytes = 512, .max_headers = 4};
  EXPECT_EQ(finish(get({{"a", std::string(600, 'x')}}), limits).status(), 431);
  EXPECT_EQ(finish(get({{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}}), limits).status(),
            431);
  RequestFields request(limits);
  request.add("a", std::string(1900, 'x'));
  EXPECT_FALSE(request.far_too_large());
  request.add("a", std::string(600, 'x'));
  EXPECT_TRUE(request.far_too_large());
}

TEST(RequestFields, ExpectIsNoticed) {
  RequestFields request({});
  EXPECT_FALSE(request.expects_continue());
  request.add("expect", "100-Continue");
  EXPECT_TRUE(request.expects_continue());
}

}  // namespace
}  // namespace wws::http::h2
