#include "router/header_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::router {
namespace {

using testing::HasSubstr;

// The fields after the rules, "Name: value" a line.
std::string applied(std::string_view text, std::string_view path, http::Headers fields = {}) {
  auto result = HeaderRules::parse("public/_headers", text);
  for (const auto& mistake : result.mistakes) ADD_FAILURE() << mistake.to_string();
  result.rules.apply(path, fields);
  std::string lines;
  for (const auto& field : fields) lines += field.name + ": " + field.value + "\n";
  return lines;
}

std::string mistake_in(std::string_view text) {
  const auto result = HeaderRules::parse("public/_headers", text);
  return result.mistakes.size() == 1 ? result.mistakes[0].to_string() : "";
}

TEST(HeaderRules, AddsTheFieldsOfEveryRuleThatMatches) {
  const char* text =
      "# all\n"
      "/*\n"
      "  X-Frame-Options: DENY\n"
      "  X-Robots-Tag: noindex\r\n"
      "\n"
      "/docs/:page\n"
      "\tX-Robots-Tag: nofollow\n"
      "  Link: </a.css>; rel=preload; as=style\n";
  EXPECT_EQ(applied(text, "/"), "X-Frame-Options: DENY\nX-Robots-Tag: noindex\n");
  EXPECT_EQ(applied(text, "/docs/a"),
            "X-Frame-Options: DENY\nX-Robots-Tag: noindex, nofollow\n"
            "Link: </a.css>; rel=preload; as=style\n");
}

TEST(HeaderRules, ReplacesAndTakesAwayWhatTheServerSet) {
  http::Headers fields;
  fields.add("ETag", "\"1\"");
  fields.add("Content-Type", "text/plain");
  fields.add("Vary", "Accept-Encoding");
  EXPECT_EQ(applied("/*\n  content-type: text/x\n  ! etag\n  Vary: Cookie\n", "/a", fields),
            "Vary: Accept-Encoding\ncontent-type: text/x\nVary: Cookie\n");
  EXPECT_EQ(applied("/*\n  X-A: 1\n/a\n  ! X-A\n", "/a"), "");
  EXPECT_EQ(applied("/*\n  Set-Cookie: a=1\n  Set-Cookie: b=2\n", "/a"),
            "Set-Cookie: a=1\nSet-Cookie: b=2\n");
}

TEST(HeaderRules, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(mistake_in("/*\n  nonsense\n"),
            "public/_headers:2: 'nonsense' is no header: write \"Name: value\"");
  EXPECT_THAT(mistake_in("  X-A: 1\n"), HasSubstr("below the path that it is for"));
  EXPECT_THAT(mistake_in("https://a.example/*\n  X-A: 1\n"), HasSubstr("must begin with '/'"));
  EXPECT_THAT(mistake_in("/*\n  Content-Length: 1\n"), HasSubstr("is the server's own"));
  EXPECT_THAT(mistake_in("/*\n  X A: 1\n"), HasSubstr("is no name of a header"));
  EXPECT_THAT(mistake_in("/*\n  X-A: 1\x01\n"), HasSubstr("control character"));
}

}  // namespace
}  // namespace wws::router
