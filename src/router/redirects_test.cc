#include "router/redirects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::router {
namespace {

using testing::HasSubstr;
using Order = Redirects::Order;

// What the rules say of a path: "status target", or "".
std::string said(const Redirects& rules, std::string_view path, std::string_view query = "",
                 Order order = Order::Fallback) {
  const auto found = rules.match(path, query, order);
  return found ? std::to_string(found->status) + " " + found->target : "";
}

Redirects parsed(std::string_view text) {
  auto result = Redirects::parse("public/_redirects", text);
  for (const auto& mistake : result.mistakes) ADD_FAILURE() << mistake.to_string();
  return std::move(result.redirects);
}

std::string mistake_in(std::string_view text) {
  const auto result = Redirects::parse("public/_redirects", text);
  EXPECT_TRUE(result.redirects.empty()) << text;
  return result.mistakes.size() == 1 ? result.mistakes[0].to_string() : "";
}

TEST(Redirects, TheFirstRuleThatMatchesCounts) {
  const auto rules = parsed(
      "# moved\n"
      "/old /new 301\r\n"
      "\n"
      "/news/:year/*  /blog/:year/:splat  # all of them\n"
      "/news/2024/x /never\n"
      "/* /index.html 200\n");
  EXPECT_EQ(said(rules, "/old"), "301 /new");
  EXPECT_EQ(said(rules, "//old/"), "301 /new");
  EXPECT_EQ(said(rules, "/news/2024/x"), "302 /blog/2024/x");
  EXPECT_EQ(said(rules, "/news/2024/a/b"), "302 /blog/2024/a/b");
  EXPECT_EQ(said(rules, "/news/2024"), "302 /blog/2024/");
  EXPECT_EQ(said(rules, "/other/deep"), "200 /index.html");
  EXPECT_EQ(said(rules, "/"), "200 /index.html");
}

TEST(Redirects, ComparesDecodedAndSendsEncoded) {
  const auto rules =
      parsed("/caf\xc3\xa9/:dish /menu/:dish/\xc3\xa9\n/a%20b /c%20d\n/q/* /s?t=:splat\n");
  EXPECT_EQ(said(rules, "/caf%C3%A9/cr%C3%AApe%20%0d%0a?"),
            "302 /menu/cr%C3%AApe%20%0D%0A%3F/%C3%A9");
  EXPECT_EQ(said(rules, "/caf%c3%a9/a%2Fb"), "302 /menu/a%2Fb/%C3%A9");
  EXPECT_EQ(said(rules, "/a%20b"), "302 /c%20d");
  EXPECT_EQ(said(rules, "/q/a&b=c#d"), "302 /s?t=a%26b%3Dc%23d");
  EXPECT_EQ(said(rules, "/a%2"), "");
}

TEST(Redirects, TheQueryGoesAlongWhereTheTargetHasNone) {
  const auto rules = parsed("/a /b\n/c /d?x=1\n/e /f#top\n/g /h.html 200\n");
  EXPECT_EQ(said(rules, "/a", "q=1&r"), "302 /b?q=1&r");
  EXPECT_EQ(said(rules, "/c", "q=1"), "302 /d?x=1");
  EXPECT_EQ(said(rules, "/e", "q=1"), "302 /f?q=1#top");
  EXPECT_EQ(said(rules, "/g", "q=1"), "200 /h.html");
}

TEST(Redirects, LeadsToOtherHosts) {
  const auto rules = parsed("/* https://example.com:8443/:splat 308\n");
  EXPECT_EQ(said(rules, "/a/b"), "308 https://example.com:8443/a/b");
}

TEST(Redirects, ForcedRulesAreAskedForApart) {
  const auto rules = parsed("/a /b 301!\n/a /c\n");
  EXPECT_EQ(said(rules, "/a", "", Order::Forced), "301 /b");
  EXPECT_EQ(said(rules, "/a"), "302 /c");
  EXPECT_EQ(said(rules, "/x", "", Order::Forced), "");
}

TEST(Redirects, ATextMayFollowTheStar) {
  const auto rules = parsed("/docs/*.md /docs/:splat\n");
  EXPECT_EQ(said(rules, "/docs/a/b.md"), "302 /docs/a/b");
  EXPECT_EQ(said(rules, "/docs/a/b.txt"), "");
}

TEST(Redirects, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(mistake_in("\n/only\n"),
            "public/_redirects:2: a rule is a path, where it leads to, and maybe a status");
  EXPECT_THAT(mistake_in("old /new"), HasSubstr("must begin with '/'"));
  EXPECT_THAT(mistake_in("https://a.example/x /new"), HasSubstr("cannot be of one host"));
  EXPECT_THAT(mistake_in("/a /b 418"), HasSubstr("'418' is no status"));
  EXPECT_THAT(mistake_in("/a /b 301 Country=fr"), HasSubstr("'Country=fr' is a condition"));
  EXPECT_THAT(mistake_in("/a id=:id /b/:id 301"), HasSubstr("cannot ask for a query"));
  EXPECT_THAT(mistake_in("/a/*/b/* /b"), HasSubstr("more than one '*'"));
  EXPECT_THAT(mistake_in("/a/:x /b/:y"), HasSubstr("':y' is in the target and not in the path"));
  EXPECT_THAT(mistake_in("/a/:x/:x /b/:x"), HasSubstr("twice"));
  EXPECT_THAT(mistake_in("/a/:1 /b"), HasSubstr("is no name"));
  EXPECT_THAT(mistake_in("/a https://b.example 200"), HasSubstr("is no path of this site"));
  EXPECT_THAT(mistake_in("/a javascript:alert(1)"), HasSubstr("neither a path"));
  EXPECT_THAT(mistake_in("/a/ /a"), HasSubstr("leads to itself"));
  EXPECT_THAT(mistake_in("/a /b\"c"), HasSubstr("is no URL"));
  EXPECT_THAT(mistake_in("/a%zz /b"), HasSubstr("malformed '%'"));
}

TEST(Redirects, HasABound) {
  std::string text;
  for (std::size_t i = 0; i <= Redirects::kMostRules; ++i)
    text += "/a" + std::to_string(i) + " /b\n";
  const auto result = Redirects::parse("f", text);
  EXPECT_EQ(result.redirects.count(), Redirects::kMostRules);
  EXPECT_EQ(result.mistakes.size(), 1u);
}

}  // namespace
}  // namespace wws::router
