#include "develop/error_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/files/test_folder.h"

namespace wws::develop {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ErrorPagesTest : public testing::Test {
 protected:
  ErrorPagesTest() {
    worker_.label = "shop";
    worker_.route = "/api/[id]";
    worker_.file = "api/[id].js";
    worker_.source = std::make_shared<const std::string>(
        "export default {\n  fetch() {\n    return missing.value;\n  },\n};\n");
    browser_.method = "GET";
    browser_.target = "/api/7?q=<b>";
    browser_.headers.add("accept", "text/html,*/*");
    other_.method = "GET";
    other_.target = "/api/7";
  }
  std::string body(const http::RequestHead& request, std::string_view message,
                   std::string_view stack, std::string_view further = "",
                   ErrorKind kind = ErrorKind::GuestFault) {
    return pages_.page({kind, message, stack, further, worker_}, request).body;
  }

  http::TestFolder folder_;
  LiveReload reload_{std::chrono::nanoseconds(1)};
  ErrorPages pages_{folder_.path(), reload_};
  abi::WorkerIdentity worker_;
  http::RequestHead browser_, other_;
};

TEST_F(ErrorPagesTest, ABrowserGetsAPageWithTheLineMarked) {
  const auto page = pages_.page({ErrorKind::GuestFault, "ReferenceError: missing is not defined",
                                 "    at fetch (api/[id].js:3:12)", "", worker_},
                                browser_);
  EXPECT_EQ(page.head.status, 500);
  EXPECT_EQ(page.head.headers.find("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.body, AllOf(HasSubstr(">ReferenceError<"), HasSubstr("missing is not defined"),
                               HasSubstr("<tr class=at><td>3</td><td>    return missing.value;"),
                               HasSubstr("api/[id].js:3:12"), HasSubstr("shop"),
                               HasSubstr("GET /api/7?q=&lt;b&gt;")));
}

TEST_F(ErrorPagesTest, OthersGetPlainText) {
  const auto page = pages_.page({ErrorKind::TimedOut, "the wall limit was reached",
                                 "    at fetch (api/[id].js:3:12)", "", worker_},
                                other_);
  EXPECT_EQ(page.head.status, 504);
  EXPECT_EQ(page.head.headers.find("content-type"), "text/plain; charset=utf-8");
  EXPECT_THAT(page.body, AllOf(HasSubstr("Time limit: the wall limit was reached\n"),
                               HasSubstr("> 3 |     return missing.value;\n"),
                               HasSubstr("worker shop, route /api/[id], GET /api/7\n")));
}

TEST_F(ErrorPagesTest, NothingOfAGuestsTextIsMarkup) {
  const std::string hostile =
      "</style></script><script>alert(1)</script><img src=x onerror='y'>\"&\x1b[31m\xff";
  worker_.label = hostile;
  worker_.source = std::make_shared<const std::string>(hostile);
  browser_.target = "/" + hostile;
  const std::string page = body(browser_, hostile + ": " + hostile,
                                "    at " + hostile + " (api/[id].js:1:3)\n" + hostile, hostile);
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script>")), Not(HasSubstr("<img")),
                          Not(HasSubstr("</script>")), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(page.find("</style>"), page.rfind("</style>"));
}

TEST_F(ErrorPagesTest, AFrameCannotShowAFileOutsideOfTheProject) {
  worker_.source = nullptr;
  EXPECT_THAT(body(browser_, "Error: x", "    at f (/etc/passwd:1:1)"), Not(HasSubstr("root:")));
  EXPECT_THAT(body(browser_, "Error: x", "    at f (../../../etc/passwd:1:1)"),
              Not(HasSubstr("root:")));
}

TEST_F(ErrorPagesTest, AnotherFileOfTheProjectIsShown) {
  folder_.write("_lib/helper.ts", "export const a = 1;\nthrow new Error(\"here\");\n");
  EXPECT_THAT(body(other_, "Error: here", "    at f (_lib/helper.ts:2:7)"),
              HasSubstr("> 2 | throw new Error(\"here\");"));
}

TEST_F(ErrorPagesTest, ATrapShowsItsFunctions) {
  const std::string page =
      body(browser_, "wasm trap: wasm `unreachable` instruction executed",
           "error while executing at wasm backtrace:\n    0:  0x1b2 - <unknown>!crash_here\n");
  EXPECT_THAT(page, AllOf(HasSubstr(">Trap<"), HasSubstr("<code>crash_here</code>"),
                          Not(HasSubstr("backtrace:"))));
}

TEST_F(ErrorPagesTest, ATrapOfAModuleWithDwarfHasItsLine) {
  folder_.write("hello.c", "int main(void) {\n  __builtin_trap();\n}\n");
  const std::string page =
      body(browser_, "wasm trap: wasm `unreachable` instruction executed",
           "error while executing at wasm backtrace:\n    0:  0x1b2 - hello.wasm!main\n"
           "                    at " +
               (folder_.path() / "hello.c").string() + ":2:3\n");
  EXPECT_THAT(page, AllOf(HasSubstr("<tr class=at><td>2</td><td>  __builtin_trap();"),
                          HasSubstr(">hello.c:2:3<")));
}

TEST_F(ErrorPagesTest, ShowsEachMistakeOfAConfigurationAndWhatWentWrongBefore) {
  const std::string page =
      body(browser_, "its configuration is wrong", "shop.toml:3: limits.cpu: must be a time",
           "Unhandled rejection: Error: early", ErrorKind::Invalid);
  EXPECT_THAT(page, AllOf(HasSubstr("shop.toml:3: limits.cpu"), HasSubstr("Error: early")));
}

TEST_F(ErrorPagesTest, AFailureThatNoAnswerTellsOfIsAProblem) {
  pages_.notice({ErrorKind::GuestFault, "Error: late", "    at f (a.js:1:2)", "", worker_});
  EXPECT_EQ(reload_.version(), "1.0");  // no reload
}

}  // namespace
}  // namespace wws::develop
