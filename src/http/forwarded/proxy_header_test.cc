#include "http/forwarded/proxy_header.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kV4 = "\xc0\x00\x02\x01\x0a\x00\x00\x01\x13\x88\x01\xbb"s;  // 192.0.2.1

std::string header(char command, char family, const std::string& body) {
  const auto size = static_cast<char>(body.size());
  return kSignature + command + family + static_cast<char>(body.size() >> 8) + size + body;
}

TEST(ProxyHeader, TellsTheAddressOfTheClient) {
  auto peer = parse_proxy_header(header(0x21, 0x11, kV4));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->address, "192.0.2.1");
  EXPECT_FALSE(peer->secure);
  const std::string v6 =
      "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"s + std::string(20, 'x');
  peer = parse_proxy_header(header(0x21, 0x21, v6));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->address, "2001:db8::1");
  peer = parse_proxy_header(header(0x21, 0x31, std::string(216, '/')));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->address, "unix");
}

TEST(ProxyHeader, TellsThatTheClientCameOverTls) {
  const std::string ssl = "\x20\x00\x05\x01\x00\x00\x00\x00"s;
  EXPECT_TRUE(parse_proxy_header(header(0x21, 0x11, kV4 + ssl))->secure);
  const std::string plain = "\x20\x00\x05\x00\x00\x00\x00\x00"s;
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x11, kV4 + plain))->secure);
}

TEST(ProxyHeader, AProxyMaySpeakForItself) {
  EXPECT_EQ(parse_proxy_header(header(0x20, 0x00, ""))->address, "");
  EXPECT_EQ(parse_proxy_header(header(0x20, 0x11, kV4))->address, "");
  EXPECT_EQ(parse_proxy_header(header(0x21, 0x00, "any bytes"))->address, "");
}

TEST(ProxyHeader, TheStartTellsTheLengthOfTheRest) {
  const std::string whole = header(0x21, 0x11, kV4);
  EXPECT_EQ(proxy_header_rest(std::string_view(whole).substr(0, 16)), 12u);
  EXPECT_EQ(proxy_header_rest("GET / HTTP/1.1\r\n").error().kind(), ErrorKind::Invalid);
  EXPECT_EQ(proxy_header_rest("PROXY TCP4 192.0").error().kind(), ErrorKind::Invalid);
  EXPECT_EQ(proxy_header_rest(kSignature + "\x21\x11\xff\xff").error().kind(),
            ErrorKind::Exhausted);
}

TEST(ProxyHeader, WhatIsCutShortOrUnknownIsRefused) {
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x11, kV4.substr(0, 11))));
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x11, kV4).substr(0, 20)));
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x11, kV4 + "\x20\x00"s)));
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x11, kV4 + "\x20\x00\x05\x01"s)));
  EXPECT_FALSE(parse_proxy_header(header(0x11, 0x11, kV4)));
  EXPECT_FALSE(parse_proxy_header(header(0x22, 0x11, kV4)));
  EXPECT_FALSE(parse_proxy_header(header(0x21, 0x41, kV4)));
  EXPECT_FALSE(parse_proxy_header(""));
}

}  // namespace
}  // namespace wws::http
