#include "cli/project_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::cli {
namespace {

using testing::HasSubstr;

Result<ProjectPlace> find(const Options& options) {
  return find_project(
      options, std::nullopt, [](const std::string&) {}, [](const git::Progress&) {});
}

TEST(ProjectPlace, AFolderIsItself) {
  Options options;
  options.path = "some/site";
  const auto place = find(options);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->folder, "some/site");
  EXPECT_EQ(place->checkout, nullptr);
}

TEST(ProjectPlace, GitFlagsAreForRepositoriesOnly) {
  for (const auto member :
       {&Options::git_branch, &Options::git_tag, &Options::git_commit, &Options::git_folder}) {
    Options options;
    options.*member = "x";
    const auto place = find(options);
    ASSERT_FALSE(place);
    EXPECT_THAT(place.error().message(), HasSubstr("'.' is a folder: leave the flag out"));
  }
}

TEST(ProjectPlace, ARepositoryNeedsACacheFolder) {
  Options options;
  options.path = "https://host/name.git";
  const auto place = find(options);
  ASSERT_FALSE(place);
  EXPECT_THAT(place.error().message(), HasSubstr("XDG_CACHE_HOME"));
}

TEST(ProjectPlace, AnAddressThatIsNoRepositoryIsNoFolderEither) {
  Options options;
  options.path = "https://host/page";
  const auto place = find(options);
  ASSERT_FALSE(place);
  EXPECT_THAT(place.error().message(), HasSubstr("Invalid URL: https://host/page"));
}

}  // namespace
}  // namespace wws::cli
