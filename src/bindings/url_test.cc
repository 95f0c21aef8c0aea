#include "bindings/url.h"

#include <gtest/gtest.h>

namespace wws::bindings {
namespace {

TEST(Url, ReadsTheParts) {
  const auto url = parse_url("HTTP://API.Example.com:8080/a/b?c=d#e").value();
  EXPECT_FALSE(url.secure);
  EXPECT_EQ(url.host, "api.example.com");
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.target, "/a/b?c=d");
  EXPECT_EQ(url.to_string(), "http://api.example.com:8080/a/b?c=d");
}

TEST(Url, FillsInWhatIsLeftOut) {
  EXPECT_EQ(parse_url("https://a.test").value().to_string(), "https://a.test/");
  EXPECT_EQ(parse_url("https://a.test?x").value().target, "/?x");
  EXPECT_EQ(parse_url("https://a.test:443/").value().to_string(), "https://a.test/");
  EXPECT_EQ(parse_url("http://a.test:/").value().port, 80);
}

TEST(Url, WritesIPv6InItsCanonicalForm) {
  const auto url = parse_url("https://[0:0:0:0:0:0:0:1]:8443/x").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.to_string(), "https://[::1]:8443/x");
}

TEST(Url, RefusesWhatParsersReadDifferently) {
  for (const std::string text : {"",
                                 "/path",
                                 "a.test/",
                                 "ftp://a.test/",
                                 "javascript:1",
                                 "https:a.test",
                                 "https:/a.test",
                                 "https://",
                                 "https:///x",
                                 "https://user@a.test/",
                                 "https://a.test@b.test/",
                                 "https://user:pw@a.test/",
                                 "https://a.test\\@b.test/",
                                 "https://a.test/x\\y",
                                 "https://a .test/",
                                 "https://a.test/x y",
                                 "https://a.test/\r\nX: y",
                                 "https://a.test/\xc3\xa9",
                                 "https://a..test/",
                                 "https://.a.test/",
                                 "https://a.test./",
                                 "https://%61.test/",
                                 "https://\xc3\xa9.test/",
                                 "https://a.test:0/",
                                 "https://a.test:65536/",
                                 "https://a.test:80x/",
                                 "https://a.test:-1/",
                                 "https://a.test:+80/",
                                 "https://[::1/",
                                 "https://[::1]x/",
                                 "https://[::1%25eth0]/",
                                 "https://[1.2.3.4]/",
                                 " https://a.test/",
                                 "https://a,b.test/",
                                 "https://a.test:80:90/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind(), ErrorKind::Invalid);
  }
  EXPECT_FALSE(parse_url(std::string("https://a\0.test/", 16)));
  EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + ".test/"));
  EXPECT_FALSE(parse_url("https://a.test/" + std::string(70'000, 'a')));
}

TEST(Url, RefusesNumbersInDisguise) {
  for (const auto* host :
       {"127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.0.0.01", "127.0.0.0x1",
        "1.2.3.4.5", "256.1.1.1", "127.0.0.1.", "1", "0x", "a.0x1", "0X7F.1", "example.1"})
    EXPECT_FALSE(parse_url(std::string("http://") + host + "/")) << host;
  EXPECT_EQ(parse_url("http://127.0.0.1/").value().host, "127.0.0.1");
  EXPECT_EQ(parse_url("http://1.example/").value().host, "1.example");
  EXPECT_EQ(parse_url("http://0x7f.example/").value().host, "0x7f.example");
}

TEST(ResolveUrl, FollowsRfc3986) {
  const auto base = parse_url("http://a.test/b/c/d?q").value();
  const auto at = [&](std::string_view reference) {
    const auto url = resolve_url(base, reference);
    return url ? url->to_string() : "refused";
  };
  EXPECT_EQ(at("g"), "http://a.test/b/c/g");
  EXPECT_EQ(at("./g"), "http://a.test/b/c/g");
  EXPECT_EQ(at("g/"), "http://a.test/b/c/g/");
  EXPECT_EQ(at("/g"), "http://a.test/g");
  EXPECT_EQ(at("//g.test"), "http://g.test/");
  EXPECT_EQ(at("?y"), "http://a.test/b/c/d?y");
  EXPECT_EQ(at("g?y"), "http://a.test/b/c/g?y");
  EXPECT_EQ(at("#s"), "http://a.test/b/c/d?q");
  EXPECT_EQ(at("g?y#s"), "http://a.test/b/c/g?y");
  EXPECT_EQ(at(""), "http://a.test/b/c/d?q");
  EXPECT_EQ(at("."), "http://a.test/b/c/");
  EXPECT_EQ(at(".."), "http://a.test/b/");
  EXPECT_EQ(at("../g"), "http://a.test/b/g");
  EXPECT_EQ(at("../../../g"), "http://a.test/g");
  EXPECT_EQ(at("/a/./b/../c"), "http://a.test/a/c");
  EXPECT_EQ(at("g?x=../y"), "http://a.test/b/c/g?x=../y");
  EXPECT_EQ(at("https://b.test:1/x"), "https://b.test:1/x");
  EXPECT_EQ(at("/caf\xc3\xa9 x"), "http://a.test/caf%C3%A9%20x");
  EXPECT_EQ(at("ftp://a.test/"), "refused");
  EXPECT_EQ(at("//u@b.test/"), "refused");
  EXPECT_EQ(at("/\\b.test"), "refused");
  EXPECT_EQ(at("\\\\b.test"), "refused");
}

TEST(Url, TellsOriginsApart) {
  const auto base = parse_url("https://a.test/x").value();
  EXPECT_TRUE(base.same_origin(parse_url("https://A.test:443/y").value()));
  for (const auto* other : {"http://a.test:443/", "https://b.test/", "https://a.test:444/"})
    EXPECT_FALSE(base.same_origin(parse_url(other).value())) << other;
}

}  // namespace
}  // namespace wws::bindings
