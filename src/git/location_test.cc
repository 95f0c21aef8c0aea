#include "git/location.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::git {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view location) {
  const auto kind = classify(location);
  return kind ? "no error" : kind.error().message();
}

TEST(Location, AnHttpAddressThatEndsInGitIsARepository) {
  for (const char* url : {"https://host/name.git", "http://localhost:8000/a/b.git",
                          "HTTPS://user:secret@host/deep/er/name.git"})
    EXPECT_EQ(classify(url).value(), LocationKind::Repository) << url;
}

TEST(Location, EverythingWithoutASchemeIsAFolder) {
  for (const char* path : {".", "/srv/site", "site.git", "a b", "c:x", "./git@host:a.git",
                           "dir/user@host:x", "://x", "1http://x"})
    EXPECT_EQ(classify(path).value(), LocationKind::Folder) << path;
}

TEST(Location, OtherAddressesNameTheWayOut) {
  EXPECT_THAT(error_of("https://host/name"), HasSubstr("has to end in .git"));
  EXPECT_THAT(error_of("https://host/.git"), HasSubstr("has to end in .git"));
  EXPECT_THAT(error_of("https://host/name.git/"), HasSubstr("has to end in .git"));
  EXPECT_THAT(error_of("https://host/name.git?ref=x"), HasSubstr("--git-branch"));
  EXPECT_THAT(error_of("https:///name.git"), HasSubstr("names no host"));
  EXPECT_THAT(error_of("https://host/a\nb.git"), HasSubstr("control character"));
  EXPECT_THAT(error_of("file:///srv/name.git"), HasSubstr("path of the project's folder"));
  EXPECT_THAT(error_of("ssh://git@host/name.git"), HasSubstr("clone it with git"));
  EXPECT_THAT(error_of("git@host:team/name.git"), HasSubstr("clone it with git"));
  EXPECT_THAT(error_of("git://host/name.git"), HasSubstr("Invalid URL: git://host"));
}

TEST(Location, APasswordIsNeverShown) {
  EXPECT_EQ(shown("https://user:secret@host/name.git"), "https://***@host/name.git");
  EXPECT_EQ(shown("https://a@b:c@host/name.git"), "https://***@host/name.git");
  EXPECT_EQ(shown("https://host/name.git"), "https://host/name.git");
  EXPECT_EQ(shown("some/folder@x"), "some/folder@x");
  EXPECT_THAT(error_of("https://user:secret@host/name"), testing::Not(HasSubstr("secret")));
}

TEST(Location, OnlyPlainHttpToAnotherMachineCanBeReadByOthers) {
  EXPECT_TRUE(is_readable_by_others("http://host/x.git"));
  EXPECT_FALSE(is_readable_by_others("https://host/x.git"));
  EXPECT_FALSE(is_readable_by_others("http://127.0.0.1:80/x.git"));
  EXPECT_FALSE(is_readable_by_others("http://user@localhost:80/x.git"));
  EXPECT_TRUE(is_readable_by_others("http://localhost.example/x.git"));
}

TEST(Location, ItsNameIsSafeInAFileName) {
  EXPECT_EQ(name_of("https://host/a/my-site.git"), "my-site");
  EXPECT_EQ(name_of("https://host/..%2f x.git"), "___2f_x");
}

}  // namespace
}  // namespace wws::git
