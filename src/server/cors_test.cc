#include "server/cors.h"

#include <gtest/gtest.h>

namespace wws::server {
namespace {

http::RequestHead from(std::string origin) {
  http::RequestHead request;
  request.method = "GET";
  if (!origin.empty()) request.headers.add("Origin", std::move(origin));
  return request;
}

TEST(Cors, EchoesTheOneOriginThatAsks) {
  const Cors cors({"https://a.example", "https://b.example"});
  http::Headers response;
  cors.apply(from("https://b.example"), response);
  EXPECT_EQ(response.find("access-control-allow-origin"), "https://b.example");
  EXPECT_TRUE(response.has_token("vary", "origin"));
}

TEST(Cors, SaysNothingToAStrangerButVaries) {
  const Cors cors({"https://a.example"});
  http::Headers response;
  cors.apply(from("https://evil.example"), response);
  EXPECT_FALSE(response.contains("access-control-allow-origin"));
  EXPECT_TRUE(response.has_token("vary", "origin"));
}

TEST(Cors, LeavesAWorkersOwnHeaderAlone) {
  const Cors cors({"*"});
  http::Headers response;
  response.add("Access-Control-Allow-Origin", "https://mine.example");
  cors.apply(from("https://a.example"), response);
  EXPECT_EQ(response.find("access-control-allow-origin"), "https://mine.example");
}

TEST(Cors, AnswersAPreflightOfAnAllowedOrigin) {
  const Cors cors({"https://a.example"});
  auto request = from("https://a.example");
  request.method = "OPTIONS";
  EXPECT_FALSE(Cors::is_preflight(request));
  request.headers.add("Access-Control-Request-Method", "PUT");
  request.headers.add("Access-Control-Request-Headers", "x-one, x-two");
  ASSERT_TRUE(Cors::is_preflight(request));
  const auto head = cors.preflight(request);
  EXPECT_EQ(head.status, 204);
  EXPECT_EQ(head.headers.find("access-control-allow-origin"), "https://a.example");
  EXPECT_EQ(head.headers.find("access-control-allow-headers"), "x-one, x-two");
}

TEST(Cors, AllowsAMethodThatNobodyKnows) {
  const Cors cors({"*"});
  auto request = from("https://a.example");
  request.headers.add("Access-Control-Request-Method", "M-SEARCH");
  EXPECT_EQ(cors.preflight(request).headers.find("access-control-allow-methods"),
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, M-SEARCH");
  request.headers.set("Access-Control-Request-Method", "GET, X");
  EXPECT_EQ(cors.preflight(request).headers.find("access-control-allow-methods"),
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

}  // namespace
}  // namespace wws::server
