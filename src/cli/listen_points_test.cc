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

TEST(ListenPoints, AnEarlierProcessIsTakenOverByName) {
  Options options;
  options.listen = {"127.0.0.1:0", "unix:/run/a.sock", "127.0.0.1:81"};
  auto points = *listen_points(options, {});
  std::vector<InheritedSocket> inherited = {
      {"127.0.0.1:0", 10}, {"127.0.0.1:0", 11}, {"unix:/run/a.sock", 12}, {"127.0.0.1:99", 13}};
  take_over(points, inherited);
  EXPECT_EQ(points[0].taken_over, (std::vector<int>{10, 11}));
  EXPECT_EQ(points[1].taken_over, (std::vector<int>{12}));
  EXPECT_TRUE(points[2].taken_over.empty());
  ASSERT_EQ(inherited.size(), 1u) << "what nobody wants any more is left";
  EXPECT_EQ(inherited.front().descriptor, 13);
}

TEST(ListenPoints, SocketsOfSystemdsAreTakenOverOneByOne) {
  Options options = with_certificate();
  std::vector<InheritedSocket> inherited = {
      {"activated:https", 10}, {"activated:", 11}, {"activated:", 12}, {"admin", 13}};
  const auto activated = activated_before(inherited);
  ASSERT_EQ(activated.size(), 3u);
  EXPECT_EQ(activated[0].name, "https");
  auto points = *listen_points(options, activated);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].name, "activated:https");
  take_over(points, inherited);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(points[static_cast<std::size_t>(i)].taken_over, (std::vector<int>{10 + i}));
  EXPECT_EQ(inherited.size(), 1u);
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
