#include "cli/listen_points.h"

#include <gtest/gtest.h>

namespace wws::cli {
namespace {

using server::ListenPoint;
using Speaks = ListenPoint::Speaks;

Options with_certificate() {
  Options options;
  options.tls_certificates = {"a.pem"};
  options.tls_keys = {"a.key"};
  return options;
}

TEST(ListenPoints, WithoutAnythingItIsHostAndPort) {
  const auto points = listen_points({}, {});
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 1u);
  EXPECT_EQ(http::to_string(points->front().address), "127.0.0.1:8080");
  EXPECT_EQ(points->front().speaks, Speaks::Http);
}

TEST(ListenPoints, ListenReplacesTheDefaultAddressButNotOneThatWasAskedFor) {
  Options options;
  options.listen = {"unix:/run/a.sock,mode=0600", "[::1]:81"};
  auto points = listen_points(options, {});
  ASSERT_EQ(points->size(), 2u);
  EXPECT_EQ(http::to_string((*points)[0].address), "unix:/run/a.sock");
  EXPECT_EQ((*points)[0].address.mode, 0600u);
  options.address_given = true;
  points = listen_points(options, {});
  EXPECT_EQ(points->size(), 3u);
}

TEST(ListenPoints, WithACertificateTcpSpeaksHttpsUnlessItIsToldNotTo) {
  Options options = with_certificate();
  options.listen = {"0.0.0.0:443", "http://0.0.0.0:80", "unix:/run/a.sock"};
  const auto points = listen_points(options, {});
  ASSERT_TRUE(points);
  EXPECT_EQ((*points)[0].speaks, Speaks::Https);
  EXPECT_EQ((*points)[1].speaks, Speaks::Http);
  EXPECT_EQ((*points)[2].speaks, Speaks::Http);
}

TEST(ListenPoints, ActivatedSocketsReplaceTheDefaultAndAreSpokenToByTheirNames) {
  const auto points =
      listen_points(with_certificate(), {{3, "http"}, {4, "https"}, {5, "anything"}});
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 3u);
  EXPECT_EQ((*points)[0].descriptor, 3);
  EXPECT_EQ((*points)[0].speaks, Speaks::Http);
  EXPECT_EQ((*points)[1].speaks, Speaks::Https);
  EXPECT_EQ((*points)[2].speaks, Speaks::Https);
}

TEST(ListenPoints, HttpsNeedsACertificate) {
  Options options;
  options.listen = {"https://0.0.0.0:443"};
  const auto points = listen_points(options, {});
  ASSERT_FALSE(points);
  EXPECT_NE(points.error().message().find("--tls-cert"), std::string::npos);
}

TEST(ListenPoints, ARedirectionIsAPlainPortBesideHttps) {
  Options options = with_certificate();
  options.redirect_https = 80;
  const auto points = listen_points(options, {});
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 2u);
  EXPECT_EQ(points->back().speaks, Speaks::RedirectToHttps);
  EXPECT_EQ(points->back().address.port, 80);
}

TEST(ListenPoints, ARedirectionWithoutHttpsIsAnError) {
  Options options;
  options.redirect_https = 80;
  EXPECT_FALSE(listen_points(options, {}));
}

TEST(ListenPoints, TheProxyProtocolNeedsSomebodyToTrust) {
  Options options;
  options.proxy_protocol = true;
  EXPECT_FALSE(trusted_proxies(options));
  options.trusted_proxies = {"10.0.0.0/8"};
  const auto networks = trusted_proxies(options);
  ASSERT_TRUE(networks);
  EXPECT_TRUE(networks->contains("10.1.2.3"));
  options.trusted_proxies = {"10.0.0.0/33"};
  EXPECT_FALSE(trusted_proxies(options));
}

}  // namespace
}  // namespace wws::cli
