#include "http/forwarded/forwarded.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

using Fields = std::initializer_list<std::pair<const char*, const char*>>;

ForwardedFor read(Fields fields) {
  Networks trusted;
  EXPECT_TRUE(trusted.add("10.0.0.0/8"));
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return read_forwarded(headers, trusted);
}

TEST(Forwarded, NothingIsKnownWithoutFields) {
  const auto found = read({});
  EXPECT_EQ(found.address, "");
  EXPECT_FALSE(found.secure);
  EXPECT_EQ(found.authority, "");
}

TEST(Forwarded, TheExamplesOfTheSpecification) {
  EXPECT_EQ(read({{"Forwarded", "for=192.0.2.43, for=10.1.1.1"}}).address, "192.0.2.43");
  EXPECT_EQ(read({{"Forwarded", "For=\"[2001:db8:cafe::17]:4711\""}}).address, "2001:db8:cafe::17");
  const auto found =
      read({{"Forwarded", "for=192.0.2.60;proto=https;by=203.0.113.43;host=\"a.test:8443\""}});
  EXPECT_EQ(found.address, "192.0.2.60");
  EXPECT_EQ(found.secure, true);
  EXPECT_EQ(found.authority, "a.test:8443");
  EXPECT_EQ(read({{"Forwarded", "for=\"_gazonk\""}}).address, "");
  EXPECT_EQ(read({{"Forwarded", "for=unknown;proto=http"}}).secure, false);
}

TEST(Forwarded, TheClientIsTheFirstFromTheRightThatIsNoProxy) {
  EXPECT_EQ(read({{"Forwarded", "for=6.6.6.6, for=192.0.2.1, for=10.0.0.1"}}).address, "192.0.2.1");
  EXPECT_EQ(read({{"Forwarded", "for=10.0.0.2, for=10.0.0.1"}}).address, "10.0.0.2");
  EXPECT_EQ(read({{"Forwarded", "for=6.6.6.6"}, {"Forwarded", "for=192.0.2.1"}}).address,
            "192.0.2.1");
}

TEST(Forwarded, AMalformedListIsNotBelievedAtAll) {
  for (const char* list :
       {"for", "for=", "for=\"192.0.2.1", "for=192.0.2.1 proto=http", "for=192.0.2.1;for=6.6.6.6",
        "for=\"a\\", "=192.0.2.1", "for=192.0.2.1;proto"}) {
    EXPECT_EQ(read({{"Forwarded", list}}).address, "") << list;
    // Nor does it give way to the other fields.
    EXPECT_EQ(read({{"Forwarded", list}, {"X-Forwarded-For", "6.6.6.6"}}).address, "") << list;
  }
}

TEST(Forwarded, XForwardedForIsReadTheSameWay) {
  EXPECT_EQ(read({{"X-Forwarded-For", "6.6.6.6, 192.0.2.1, 10.0.0.1"}}).address, "192.0.2.1");
  EXPECT_EQ(read({{"X-Forwarded-For", "2001:db8::1"}}).address, "2001:db8::1");
  EXPECT_EQ(read({{"X-Forwarded-For", "192.0.2.1:5000"}}).address, "192.0.2.1");
  EXPECT_EQ(read({{"X-Forwarded-For", "<script>"}}).address, "");
}

TEST(Forwarded, SchemeAndHostAreThoseOfTheProxyThatSawTheClient) {
  auto found = read({{"X-Forwarded-For", "192.0.2.1, 10.0.0.1"},
                     {"X-Forwarded-Proto", "https, http"},
                     {"X-Forwarded-Host", "a.test, inner.test"}});
  EXPECT_EQ(found.secure, true);
  EXPECT_EQ(found.authority, "a.test");
  found = read({{"X-Forwarded-For", "192.0.2.1, 10.0.0.1"}, {"X-Forwarded-Proto", "https"}});
  EXPECT_EQ(found.secure, true);
}

TEST(Forwarded, WhatIsNoHostOrSchemeIsLeftOut) {
  const auto found =
      read({{"X-Forwarded-Proto", "gopher"}, {"X-Forwarded-Host", "a.test/../../etc"}});
  EXPECT_FALSE(found.secure);
  EXPECT_EQ(found.authority, "");
}

TEST(Forwarded, AChainWithoutEndIsNobodys) {
  std::string chain = "192.0.2.1";
  for (int i = 0; i < 100; ++i) chain += ", 10.0.0.1";
  EXPECT_EQ(read({{"X-Forwarded-For", chain.c_str()}}).address, "");
}

TEST(Forwarded, AHeadTakesOnlyWhatIsKnown) {
  Networks trusted;
  RequestHead head;
  head.remote_address = "10.0.0.1";
  head.authority = "inner.test";
  head.headers.add("X-Forwarded-Proto", "https");
  apply_forwarded(head, trusted);
  EXPECT_TRUE(head.secure);
  EXPECT_EQ(head.remote_address, "10.0.0.1");
  EXPECT_EQ(head.authority, "inner.test");
}

TEST(Forwarded, XRealIpNamesTheClientWhereNoListDoes) {
  EXPECT_EQ(read({{"X-Real-IP", " 192.0.2.7 "}}).address, "192.0.2.7");
  EXPECT_EQ(read({{"X-Real-IP", "2001:db8::1"}}).address, "2001:db8::1");
  EXPECT_EQ(read({{"X-Real-IP", "somebody"}}).address, "");
  EXPECT_EQ(read({{"X-Real-IP", "192.0.2.7"}, {"x-real-ip", "192.0.2.8"}}).address, "");
  EXPECT_EQ(read({{"X-Real-IP", "192.0.2.7"}, {"X-Forwarded-For", "192.0.2.8"}}).address,
            "192.0.2.8");
  EXPECT_EQ(read({{"X-Real-IP", "192.0.2.7"}, {"X-Forwarded-For", "unknown"}}).address, "");
}

TEST(Forwarded, TheHandlerIsShownTheClientsAddressAndNoneOfItsClaims) {
  Headers headers;
  headers.add("x-real-ip", "10.0.0.1");
  headers.add("X-REAL-IP", "10.0.0.2");
  show_client(headers, "192.0.2.7");
  EXPECT_EQ(headers.find("X-Real-IP"), "192.0.2.7");
  EXPECT_EQ(headers.size(), 1u);
  show_client(headers, "unix");
  EXPECT_TRUE(headers.empty());
}

TEST(Forwarded, HostBecomesTheOneThatTheClientAskedFor) {
  Networks trusted;
  for (const auto& field :
       {Header{"X-Forwarded-Host", "a.test"}, Header{"Forwarded", "host=a.test"}}) {
    RequestHead head;
    head.authority = "inner.test";
    head.headers.add("Host", "inner.test");
    head.headers.add(field.name, field.value);
    apply_forwarded(head, trusted);
    EXPECT_EQ(head.authority, "a.test");
    EXPECT_EQ(head.headers.find("host"), "a.test");
    EXPECT_EQ(head.headers.size(), 2u);
  }
}

}  // namespace
}  // namespace wws::http
