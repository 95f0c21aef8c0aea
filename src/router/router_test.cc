#include "router/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::router {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Files = std::vector<std::string>;

Router make(const Files& files, std::string_view prefix = "") {
  Router::Built built = Router::build(files, prefix);
  EXPECT_THAT(built.mistakes, IsEmpty());
  return std::move(built.router);
}

// The matched route's printed path, or "none".
std::string found(const Router& router, std::string_view path) {
  const auto match = router.match(path);
  return match ? match->route->path : "none";
}

std::vector<std::pair<std::string, std::string>> params(const Router& router,
                                                        std::string_view path) {
  const auto match = router.match(path);
  return match ? match->params : decltype(match->params){{"no", "match"}};
}

TEST(Router, AnswersTheOriginalsTable) {
  const Router router = make({"[id].js", "fixed.js", "[id]/fixed.js", "[id]/sub.js", "sub/[id].js",
                              "sub/[...all].js", "sub/sub/[...all].js"});
  EXPECT_EQ(found(router, "/any"), "/[id]");
  EXPECT_EQ(found(router, "/fixed"), "/fixed");
  EXPECT_EQ(found(router, "/any/fixed"), "/[id]/fixed");
  EXPECT_EQ(found(router, "/any/sub"), "/[id]/sub");
  EXPECT_EQ(found(router, "/sub/any"), "/sub/[id]");
  EXPECT_EQ(found(router, "/sub/any/catch/all/routes"), "/sub/[...all]");
  EXPECT_EQ(found(router, "/sub/sub/any/catch/all/routes"), "/sub/sub/[...all]");
  EXPECT_EQ(found(router, "/donot/exist"), "none");
}

TEST(Router, TurnsFileNamesIntoPaths) {
  const Router router =
      make({"index.js", "api/index.wasm", "api/v2/ping.wasm", "examples/index/about.js", "a.b.js"});
  EXPECT_EQ(found(router, "/"), "/");
  EXPECT_EQ(found(router, ""), "/");
  EXPECT_EQ(found(router, "/api"), "/api");
  EXPECT_EQ(found(router, "/api/v2/ping"), "/api/v2/ping");
  EXPECT_EQ(found(router, "/examples/about"), "/examples/about");
  EXPECT_EQ(found(router, "/a.b"), "/a.b");
  EXPECT_EQ(found(router, "/index"), "none");
  EXPECT_EQ(found(router, "/api/v2/ping.wasm"), "none");
}

TEST(Router, TriesRoutesInTheOriginalsOrder) {
  const Router router =
      make({"[...all].js", "a/[...all].js", "[z]/[...all].js", "b/[id]/c.js", "[id].js", "z/y.js",
            "index.js", "a/[id].js", "[id]/a.js", "[a]/[b].js"});
  std::vector<std::string> paths;
  for (const Route& route : router.routes()) paths.push_back(route.path);
  EXPECT_THAT(paths, ElementsAre("/", "/z/y", "/[id]", "/a/[id]", "/[a]/[b]", "/[id]/a",
                                 "/b/[id]/c", "/a/[...all]", "/[z]/[...all]", "/[...all]"));
  EXPECT_EQ(router.routes()[1].target, 5u);
  EXPECT_EQ(router.routes()[1].file, "z/y.js");
  EXPECT_EQ(router.routes()[1].kind, RouteKind::Static);
  EXPECT_EQ(router.routes()[2].kind, RouteKind::Dynamic);
  EXPECT_EQ(router.routes()[9].kind, RouteKind::Tail);
}

TEST(Router, ComparesParametersByNameBeforeItLooksAtLaterSegments) {
  const Router router = make({"[b]/x.js", "[a]/[c].js"});
  EXPECT_EQ(found(router, "/1/x"), "/[a]/[c]");
}

TEST(Router, GoesBackFromAStaticPartThatLeadsNowhere) {
  const Router router = make({"a/b/[c].js", "[x]/b/d/e.js", "a/[y]/[z]/e.js"});
  EXPECT_EQ(found(router, "/a/b/d/e"), "/a/[y]/[z]/e");
  EXPECT_THAT(params(router, "/a/b/d/e"), ElementsAre(Pair("y", "b"), Pair("z", "d")));
}

TEST(Router, ReachesTheIndexUnderAPrefix) {
  const Router router = make({"index.js", "about.js", "api/[id].js"}, "/app/");
  EXPECT_EQ(found(router, "/app"), "/app");
  EXPECT_EQ(found(router, "/app/"), "/app");
  EXPECT_EQ(found(router, "//app//about/"), "/app/about");
  EXPECT_THAT(params(router, "/app/api/7"), ElementsAre(Pair("id", "7")));
  for (const char* outside : {"/", "/about", "/application", "/ap", "/app%2Fabout", "/x/app"})
    EXPECT_EQ(found(router, outside), "none") << outside;
}

TEST(Router, GivesTheRootCatchAllUnderAPrefixThePrefixItself) {
  const Router router = make({"[...slug].js"}, "a/b");
  EXPECT_THAT(params(router, "/a/b"), ElementsAre(Pair("slug", "")));
  EXPECT_THAT(params(router, "/a/b/c/d"), ElementsAre(Pair("slug", "c/d")));
  EXPECT_EQ(found(router, "/a"), "none");
}

TEST(Router, MatchesAPrefixInEveryEncoding) {
  const Router router = make({"x.js"}, "/caf\xc3\xa9");
  EXPECT_EQ(found(router, "/caf%C3%A9/x"), "/caf\xc3\xa9/x");
  EXPECT_EQ(found(make({"x.js"}, "/a%20b"), "/a%20b/x"), "/a%20b/x");
}

TEST(Router, MatchesNamesDecoded) {
  const Router router = make({"caf\xc3\xa9/my page.js", "100%.js", "a%20b.js"});
  EXPECT_EQ(found(router, "/caf%C3%A9/my%20page"), "/caf\xc3\xa9/my page");
  EXPECT_EQ(found(router, "/caf%c3%a9/%6Dy%20page"), "/caf\xc3\xa9/my page");
  EXPECT_EQ(found(router, "/caf\xc3\xa9/my page"), "/caf\xc3\xa9/my page");
  EXPECT_EQ(found(router, "/100%25"), "/100%");
  EXPECT_EQ(found(router, "/a%20b"), "none");
  EXPECT_EQ(found(router, "/a%2520b"), "/a%20b");
  EXPECT_EQ(found(router, "/CAF%C3%89/my%20page"), "none");
}

TEST(Router, DoesNotSplitASegmentAtAnEncodedSlash) {
  const Router router = make({"a/b.js", "[id].js", "x/[y]/z.js"});
  EXPECT_THAT(params(router, "/a%2Fb"), ElementsAre(Pair("id", "a/b")));
  EXPECT_THAT(params(router, "/x/1%2f2/z"), ElementsAre(Pair("y", "1/2")));
  EXPECT_EQ(found(router, "/a%2Fb/c"), "none");
}

TEST(Router, DecodesParameters) {
  const Router router = make({"[id].js", "files/[...path].js"});
  EXPECT_THAT(params(router, "/a%20b+c%25"), ElementsAre(Pair("id", "a b+c%")));
  EXPECT_THAT(params(router, "/%00"), ElementsAre(Pair("id", "\0"s)));
  EXPECT_THAT(params(router, "/files/a/b%20c//d/"), ElementsAre(Pair("path", "a/b c/d")));
}

TEST(Router, RefusesPathsThatReadersUnderstandDifferently) {
  const Router router = make({"[...all].js"});
  for (const char* bad : {"/%", "/a%2", "/a/%zz", "/%ff", "/%C0%AE%C0%AE", "/a\xff", "/%ED%A0%80",
                          "/..", "/a/../b", "/.", "/%2e%2E/x", "/a/.%2e", "*", "a/b", "http://h/"})
    EXPECT_EQ(found(router, bad), "none") << bad;
  EXPECT_EQ(found(router, "/.well-known/x"), "/[...all]");
  EXPECT_EQ(found(router, "/..."), "/[...all]");
}

TEST(Router, GivesTheRootCatchAllAlsoTheEmptyPath) {
  const Router router = make({"[...slug].js", "other/[...slug].js"});
  EXPECT_THAT(params(router, "/"), ElementsAre(Pair("slug", "")));
  EXPECT_THAT(params(router, "/a/b/c"), ElementsAre(Pair("slug", "a/b/c")));
  EXPECT_EQ(found(router, "/other/a"), "/other/[...slug]");
  EXPECT_EQ(found(router, "/other"), "/[...slug]");
  EXPECT_EQ(found(make({"other/[...slug].js"}), "/other/"), "none");
}

TEST(Router, NeverMatchesADynamicSegmentWithNothing) {
  EXPECT_EQ(found(make({"[id].js"}), "/"), "none");
  EXPECT_EQ(found(make({"[id].js"}), "//"), "none");
  EXPECT_EQ(found(make({"a/[id].js"}), "/a/"), "none");
  EXPECT_THAT(params(make({"[id].js", "[...slug].js"}), "/"), ElementsAre(Pair("slug", "")));
}

TEST(Router, MergesSlashes) {
  const Router router = make({"about.js", "a/b.js"});
  for (const char* path : {"/about/", "//about", "/about//"})
    EXPECT_EQ(found(router, path), "/about") << path;
  EXPECT_EQ(found(router, "//a///b//"), "/a/b");
  EXPECT_EQ(found(router, "/About"), "none");
}

struct Doubled {
  Files files;
  std::string winner;
  std::string loser;
};

TEST(Router, ReportsTwoFilesForOneRouteAndKeepsTheSameOneInAnyOrder) {
  const Doubled cases[] = {
      {{"index.wasm", "index.js"}, "index.js", "index.wasm"},
      {{"about/index.js", "about.js"}, "about.js", "about/index.js"},
      {{"about.wasm", "about/index.js"}, "about/index.js", "about.wasm"},
      {{"index/a.js", "a/index.js"}, "a/index.js", "index/a.js"},
      {{"[b].js", "[a].wasm"}, "[a].wasm", "[b].js"},
      {{"x/[...b].js", "x/[...a].js"}, "x/[...a].js", "x/[...b].js"},
  };
  for (const Doubled& test : cases) {
    for (const Files& files : {test.files, Files{test.files[1], test.files[0]}}) {
      const Router::Built built = Router::build(files, "");
      ASSERT_EQ(built.router.routes().size(), 1u);
      EXPECT_EQ(built.router.routes()[0].file, test.winner);
      EXPECT_EQ(files[built.router.routes()[0].target], test.winner);
      ASSERT_EQ(built.mistakes.size(), 1u);
      EXPECT_EQ(built.mistakes[0].file, test.loser);
      EXPECT_THAT(built.mistakes[0].what, HasSubstr("'" + test.winner + "'"));
    }
  }
}

TEST(Router, ReportsIllegalNamesAndKeepsTheRest) {
  const std::pair<std::string, std::string> cases[] = {
      {"[a-b].js", "letters, digits and '_'"},
      {"[].js", "letters, digits and '_'"},
      {"[...].js", "letters, digits and '_'"},
      {"foo[id].js", "a whole part"},
      {"[id]foo.js", "a whole part"},
      {"[id.js", "a whole part"},
      {"x/[/y.js", "a whole part"},
      {"[a][b].js", "letters, digits and '_'"},
      {"[id]/[id].js", "'id' is there twice"},
      {"[x]/a/[...x].js", "'x' is there twice"},
      {"[...a]/x.js", "must be the last part"},
      {"caf\xe9.js", "not UTF-8"},
      {"..js", "cannot be a part"},
  };
  for (const auto& [file, why] : cases) {
    const Router::Built built = Router::build({file, "ok.js"}, "");
    ASSERT_EQ(built.mistakes.size(), 1u) << file;
    EXPECT_EQ(built.mistakes[0].file, file);
    EXPECT_THAT(built.mistakes[0].what, HasSubstr(why));
    ASSERT_EQ(built.router.routes().size(), 1u) << file;
    EXPECT_EQ(built.router.match("/ok")->route->target, 1u);
  }
}

TEST(Router, AcceptsACatchAllFolderWithAnIndexAndNamesOfAnyScript) {
  EXPECT_THAT(params(make({"[...slug]/index.js"}), "/a/b"), ElementsAre(Pair("slug", "a/b")));
  EXPECT_THAT(params(make({"[gr\xc3\xb6\xc3\x9f"
                           "e_2].js"}),
                     "/a"),
              ElementsAre(Pair("gr\xc3\xb6\xc3\x9f"
                               "e_2",
                               "a")));
}

TEST(Router, WithoutRoutesMatchesNothing) {
  EXPECT_FALSE(Router().match("/"));
  EXPECT_FALSE(make({}).match("/"));
}

TEST(Router, CopiesAnswerWithTheirOwnRoutes) {
  auto first = std::make_unique<Router>(make({"a.js"}));
  const Router copy = *first;
  first.reset();
  EXPECT_EQ(copy.match("/a")->route, &copy.routes()[0]);
}

TEST(Router, BearsPathsAndRoutesThatAreVeryLong) {
  std::string file;
  for (int i = 0; i < 1000; ++i) file += "a/";
  const Router router = make({file + "[id].js", "[...all].js"});
  EXPECT_EQ(router.match("/" + file + "x")->route->kind, RouteKind::Dynamic);
  std::string path;
  for (int i = 0; i < 100'000; ++i) path += "/a";
  EXPECT_EQ(router.match(path)->route->kind, RouteKind::Tail);
}

TEST(NormalizePrefix, GivesOneFormForAll) {
  for (const char* prefix : {"app", "/app", "/app/", "\\app\\", "//app//"})
    EXPECT_EQ(normalize_prefix(prefix), "/app") << prefix;
  EXPECT_EQ(normalize_prefix("a\\b"), "/a/b");
  for (const char* prefix : {"", "/", "\\"}) EXPECT_EQ(normalize_prefix(prefix), "") << prefix;
}

TEST(NormalizePath, MergesSlashesAndDecodesNothing) {
  EXPECT_EQ(normalize_path("//a/b/"), "/a/b");
  EXPECT_EQ(normalize_path("/a%2F/%20"), "/a%2F/%20");
  for (const char* root : {"", "/", "///"}) EXPECT_EQ(normalize_path(root), "/") << root;
}

TEST(StripPrefix, GivesThePathBelow) {
  EXPECT_EQ(strip_prefix("/app/main.css", "app"), "/main.css");
  EXPECT_EQ(strip_prefix("//%61pp//a%20b/", "/app/"), "/a%20b");
  EXPECT_EQ(strip_prefix("/app/", "app"), "/");
  EXPECT_EQ(strip_prefix("/a//b", ""), "/a/b");
  for (const char* outside : {"/", "", "/main.css", "/apple/x", "/a%2", "/x/app"})
    EXPECT_EQ(strip_prefix(outside, "app"), std::nullopt) << outside;
}

}  // namespace
}  // namespace wws::router
