#include "http/request_id.h"

#include <gtest/gtest.h>

#include <set>

namespace wws::http {
namespace {

TEST(RequestIds, DoNotRepeat) {
  RequestIds ids(1);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ids.next();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
  EXPECT_NE(RequestIds(1).next(), RequestIds(2).next());
}

TEST(RequestIds, OnesOfOthersAreWellFormed) {
  for (const char* good : {"a", "4bf92f3577b34da6a3ce929d0e0e4736", "f81d4fae-7dec-11d0-a765",
                           "abc+/=", "Root=1-67891233:x_y.z@host"})
    EXPECT_TRUE(is_request_id(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a\"b"), std::string("<b>"),
        std::string("a\xc3\xa9"), std::string(129, 'a'), std::string("a,b")})
    EXPECT_FALSE(is_request_id(bad)) << bad;
}

std::size_t count_of(const RequestHead& head) {
  std::size_t count = 0;
  for (const Header& header : head.headers)
    if (equals_ignoring_case(header.name, kRequestId)) ++count;
  return count;
}

TEST(RequestIds, AProxysIsTakenOver) {
  RequestIds ids(1);
  RequestHead head;
  head.headers.add("X-Request-ID", "of-the-proxy");
  identify(head, Believed::Yes, ids);
  EXPECT_EQ(head.request_id, "of-the-proxy");
  EXPECT_EQ(head.headers.find(kRequestId), "of-the-proxy");
}

TEST(RequestIds, WhatNobodyVouchesForIsReplaced) {
  RequestIds ids(1);
  for (const auto& [believed, fields] :
       std::initializer_list<std::pair<Believed, std::vector<const char*>>>{
           {Believed::No, {}},
           {Believed::No, {"forged"}},
           {Believed::Yes, {}},
           {Believed::Yes, {"two", "ids"}},
           {Believed::Yes, {"not well formed"}}}) {
    RequestHead head;
    head.headers.add("a", "b");
    for (const char* field : fields) head.headers.add("X-Request-Id", field);
    identify(head, believed, ids);
    EXPECT_EQ(head.request_id.size(), 32u);
    EXPECT_EQ(head.headers.find(kRequestId), head.request_id);
    EXPECT_EQ(count_of(head), 1u);
    EXPECT_EQ(head.headers.size(), 2u);
  }
}

}  // namespace
}  // namespace wws::http
