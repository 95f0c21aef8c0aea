#include "bindings/address.h"

#include <gtest/gtest.h>

namespace wws::bindings {
namespace {

TEST(PublicAddress, RefusesWhatReachesOurOwnNetworks) {
  for (const auto* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.7",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "fe80::1",
                              "febf::1",
                              "fc00::1",
                              "fdff::1",
                              "ff02::1",
                              "fec0::1",
                              "2001:db8::1",
                              "2001::1",
                              "2001:0:4136:e378::",
                              "2001:10::1",
                              "3fff::1",
                              "100::1",
                              "64:ff9b:1::1",
                              "4000::1"})
    EXPECT_FALSE(is_public_address(address)) << address;
}

TEST(PublicAddress, JudgesEmbeddedAddressesByWhatTheyCarry) {
  for (const auto* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::10.1.1.1", "64:ff9b::127.0.0.1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:c0a8:101::", "2002:a9fe:a9fe::1"})
    EXPECT_FALSE(is_public_address(address)) << address;
  for (const auto* address : {"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    EXPECT_TRUE(is_public_address(address)) << address;
}

TEST(PublicAddress, AllowsTheRest) {
  for (const auto* address :
       {"1.1.1.1",         "8.8.8.8",        "9.255.255.255",        "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",    "126.255.255.255",      "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0",           "192.167.255.255",
        "192.169.0.0",     "198.17.255.255", "198.20.0.0",           "223.255.255.255",
        "2606:4700::1111", "2a00:1450::1",   "2001:4860:4860::8888", "2001:200::1"})
    EXPECT_TRUE(is_public_address(address)) << address;
}

TEST(PublicAddress, RefusesWhatIsNoAddress) {
  using namespace std::string_view_literals;
  for (const auto address : {""sv, "localhost"sv, "127.1"sv, "8.8.8"sv, "fe80::1%eth0"sv,
                             "8.8.8.8\0"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"sv})
    EXPECT_FALSE(is_public_address(address)) << address;
}

}  // namespace
}  // namespace wws::bindings
