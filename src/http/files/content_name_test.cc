#include "http/files/content_name.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

TEST(ContentName, KnowsWhatBundlersWrite) {
  for (const char* name :
       {"main.3f2a9c1b.js", "static/js/main.0a1b2c3d.chunk.js", "app-5d41402abc4b2a76.css",
        "assets/index-BxY12abc.js", "assets/logo-DiwrgTda.svg", "assets/a-x_1-B2cd.css",
        "_app/immutable/chunks/entry.CzX8-q1f.js", "assets/index-BxY12abc.js.map"})
    EXPECT_TRUE(is_named_by_content(name)) << name;
}

TEST(ContentName, LeavesWordsAndNumbersAlone) {
  for (const char* name :
       {"index.html", "app.js", "jquery-licensed.js", "assets/jquery-licensed.js",
        "2024-11-27.html", "report.20241127.csv", "assets/my-document.pdf", "deadbeef.png",
        "facade-defaced.js", "index-BxY12abc.js", "3f2a9c1b", "assets/", "", "a.b"})
    EXPECT_FALSE(is_named_by_content(name)) << name;
}

}  // namespace
}  // namespace wws::http
