#include "http/files/file_path.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

TEST(FilePath, IsDecodedAndHasNoSlashesToSpare) {
  EXPECT_EQ(to_file_path("/"), "");
  EXPECT_EQ(to_file_path(""), "");
  EXPECT_EQ(to_file_path("/a/b.txt"), "a/b.txt");
  EXPECT_EQ(to_file_path("//a%20b//caf%C3%A9.txt/"), "a b/caf\xc3\xa9.txt");
  EXPECT_EQ(to_file_path("/a%252e"), "a%2e");
  EXPECT_EQ(to_file_path("/a.b..c/d."), "a.b..c/d.");
}

TEST(FilePath, ShowsOfDotNamesOnlyTheWellKnown) {
  EXPECT_EQ(to_file_path("/.well-known/acme"), ".well-known/acme");
  EXPECT_EQ(to_file_path("/%2Ewell-known/acme"), ".well-known/acme");
  for (const char* hidden :
       {"/.env", "/a/.git/config", "/.well-known/.secret", "/a/.well-known/x", "/.", "/..",
        "/a/../b", "/%2e%2e/x", "/.%2E/x", "/...", "/.well-knownx"})
    EXPECT_EQ(to_file_path(hidden), std::nullopt) << hidden;
}

TEST(FilePath, RefusesWhatIsNotOneName) {
  for (const char* bad : {"/a%2Fb", "/a%2f..%2fb", "/a%00", "/%", "/%4", "/%zz", "a/b", "*"})
    EXPECT_EQ(to_file_path(bad), std::nullopt) << bad;
}

// An overlong form of ".." is no ".." to any file system.
TEST(FilePath, TakesNamesInAnyEncoding) {
  EXPECT_EQ(to_file_path("/caf%E9.txt"), "caf\xe9.txt");
  EXPECT_EQ(to_file_path("/%ff"), "\xff");
  EXPECT_EQ(to_file_path("/%C0%AE%C0%AE/x"), "\xc0\xae\xc0\xae/x");
}

}  // namespace
}  // namespace wws::http
