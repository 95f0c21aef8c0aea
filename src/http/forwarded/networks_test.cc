#include "http/forwarded/networks.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

Networks of(std::initializer_list<std::string_view> texts) {
  Networks networks;
  for (const auto text : texts) EXPECT_TRUE(networks.add(text)) << text;
  return networks;
}

TEST(Networks, APrefixSaysWhichBitsCount) {
  const Networks networks = of({"10.0.0.0/8", "192.0.2.128/25"});
  EXPECT_TRUE(networks.contains("10.255.0.1"));
  EXPECT_FALSE(networks.contains("11.0.0.1"));
  EXPECT_TRUE(networks.contains("192.0.2.200"));
  EXPECT_FALSE(networks.contains("192.0.2.100"));
}

TEST(Networks, AnAddressAloneIsItself) {
  const Networks networks = of({"192.0.2.1", "2001:db8::1"});
  EXPECT_TRUE(networks.contains("192.0.2.1"));
  EXPECT_FALSE(networks.contains("192.0.2.2"));
  EXPECT_TRUE(networks.contains("2001:db8:0::1"));
  EXPECT_FALSE(networks.contains("2001:db8::2"));
}

TEST(Networks, TheTwoFamiliesAreApartButForMappedAddresses) {
  EXPECT_FALSE(of({"0.0.0.0/0"}).contains("::1"));
  EXPECT_TRUE(of({"0.0.0.0/0"}).contains("::ffff:192.0.2.1"));
  EXPECT_TRUE(of({"::/0"}).contains("2001:db8::1"));
}

TEST(Networks, UnixSocketsAreAskedForByName) {
  EXPECT_TRUE(of({"unix"}).contains("unix"));
  EXPECT_FALSE(of({"::/0", "0.0.0.0/0"}).contains("unix"));
}

TEST(Networks, WhatIsNoNetworkIsNamed) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "localhost",
                           "::/129", "[::1]", "10.0.0.0/8 "}) {
    Networks networks;
    const auto added = networks.add(text);
    ASSERT_FALSE(added) << text;
    EXPECT_NE(added.error().message().find(text), std::string::npos);
  }
  EXPECT_FALSE(of({}).contains("nonsense"));
  EXPECT_TRUE(of({}).empty());
}

}  // namespace
}  // namespace wws::http
