#include "cli/listing.h"

#include <gtest/gtest.h>

namespace wws::cli {
namespace {

std::string urls(const std::string& file) {
  return route_list(router::Router::build({file}, "").router, "/site", "http://h:1");
}

TEST(RouteList, NamesUrlAndFile) {
  EXPECT_EQ(urls("index.js"), "    - http://h:1/\n      => /site/index.js\n");
  EXPECT_EQ(urls("api/[id]/[...rest].js"),
            "    - http://h:1/api/[id]/[...rest]\n      => /site/api/[id]/[...rest].js\n");
}

TEST(RouteList, EncodesWhatAUrlCannotHold) {
  EXPECT_EQ(urls("a b.js"), "    - http://h:1/a%20b\n      => /site/a b.js\n");
  EXPECT_EQ(urls("q?x#y.js"), "    - http://h:1/q%3Fx%23y\n      => /site/q?x#y.js\n");
  EXPECT_EQ(urls("100%.js"), "    - http://h:1/100%25\n      => /site/100%.js\n");
  EXPECT_EQ(urls("gr\xc3\xbc\xc3\x9f.js"),
            "    - http://h:1/gr\xc3\xbc\xc3\x9f\n      => /site/gr\xc3\xbc\xc3\x9f.js\n");
}

TEST(RouteList, ANameCannotForgeALineOrReachTheTerminal) {
  EXPECT_EQ(urls("a\n\x1b"
                 "c.js"),
            "    - http://h:1/a%0A%1Bc\n      => /site/a\\n\\x1b"
            "c.js\n");
}

TEST(Printable, EscapesControlCharactersAndIndentsFurtherLines) {
  EXPECT_EQ(printable("a.js: Error: boom\n    at a.js:1:7"), "a.js: Error: boom\n    at a.js:1:7");
  EXPECT_EQ(printable("a.js: Error: \x1b[31mred\nall is well"),
            "a.js: Error: \\x1b[31mred\n    all is well");
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace wws::cli
