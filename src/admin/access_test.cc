#include "admin/access.h"

#include <gtest/gtest.h>

namespace wws::admin {
namespace {

http::RequestHead get(std::string authority) {
  http::RequestHead request;
  request.method = "GET";
  request.authority = std::move(authority);
  return request;
}

int status(const Access& access, const http::RequestHead& request,
           Surface surface = Surface::Data) {
  const auto denial = access.check(request, surface);
  return denial ? denial->status : 200;
}

const char kToken[] = "0123456789abcdef";

TEST(Access, TakesAddressesLocalhostAndItsOwnName) {
  const Access access("panel.example", "");
  for (const char* name : {"127.0.0.1:8081", "[::1]:8081", "localhost:8081", "LOCALHOST",
                           "wws.localhost", "192.0.2.1", "Panel.Example:8081"})
    EXPECT_EQ(status(access, get(name)), 200) << name;
}

TEST(Access, ARebindingNameIsMisdirected) {
  const Access access("127.0.0.1", "");
  for (const char* name : {"evil.example:8081", "127.0.0.1.evil.example", "localhost.evil", "",
                           "[::1", "evil.example:1:2"}) {
    EXPECT_EQ(status(access, get(name)), 421) << name;
    EXPECT_EQ(status(access, get(name), Surface::Page), 421) << name;
  }
}

TEST(Access, AProbeIsAnsweredWhoeverAsks) {
  const Access access("127.0.0.1", kToken);
  EXPECT_EQ(status(access, get("evil.example"), Surface::Probe), 200);
}

TEST(Access, PagesOfOtherOriginsAreRefused) {
  const Access access("127.0.0.1", "");
  for (const char* site : {"cross-site", "same-site"}) {
    auto request = get("127.0.0.1:8081");
    request.headers.add("Sec-Fetch-Site", site);
    EXPECT_EQ(status(access, request), 403) << site;
    EXPECT_EQ(status(access, request, Surface::Page), 200) << site;
  }
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:8080"}) {
    auto request = get("127.0.0.1:8081");
    request.headers.add("Origin", origin);
    EXPECT_EQ(status(access, request), 403) << origin;
  }
  auto own = get("127.0.0.1:8081");
  own.headers.add("Origin", "http://127.0.0.1:8081");
  own.headers.add("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(status(access, own), 200);
}

TEST(Access, AChangeMustBeJson) {
  const Access access("127.0.0.1", "");
  auto request = get("127.0.0.1");
  request.method = "POST";
  EXPECT_EQ(status(access, request), 415);
  request.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(status(access, request), 415);
  request.headers.set("Content-Type", "Application/JSON; charset=utf-8");
  EXPECT_EQ(status(access, request), 200);
}

TEST(Access, WithATokenNothingIsShownWithoutIt) {
  const Access access("0.0.0.0", kToken);
  auto request = get("panel.example");
  EXPECT_EQ(status(access, request, Surface::Page), 200);
  EXPECT_EQ(status(access, request), 401);
  for (const char* wrong : {"Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcde",
                            "Basic 0123456789abcdef", "0123456789abcdef"}) {
    request.headers.set("Authorization", wrong);
    EXPECT_EQ(status(access, request), 401) << wrong;
  }
  request.headers.set("Authorization", std::string("bearer ") + kToken);
  EXPECT_EQ(status(access, request), 200);
}

TEST(Access, KnowsLoopback) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "localhost.example", "example.org", ""})
    EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace wws::admin
