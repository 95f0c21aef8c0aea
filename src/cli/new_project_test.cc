#include "cli/new_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/read_file.h"
#include "http/files/test_folder.h"

namespace wws::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TemplateFile kFiles[] = {
    {"js", "index.js", "hello"}, {"js", "api/[id].js", "id"}, {"c", "index.c", "int main"}};

TEST(NewProject, WritesTheFilesOfItsTemplate) {
  http::TestFolder folder;
  const auto place = folder.path() / "a/b";
  const auto written = write_template(kFiles, "js", place);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_THAT(*written, ElementsAre("index.js", "api/[id].js"));
  EXPECT_EQ(read_file(place / "api/[id].js", 100).value(), "id");
  EXPECT_FALSE(std::filesystem::exists(place / "index.c"));
}

TEST(NewProject, WritesOverNothingAndThenNothingAtAll) {
  http::TestFolder folder;
  folder.write("api/[id].js", "mine");
  const auto written = write_template(kFiles, "js", folder.path());
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message(), HasSubstr("api/[id].js"));
  EXPECT_EQ(read_file(folder.path() / "api/[id].js", 100).value(), "mine");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "index.js"));
}

TEST(NewProject, ALinkIsNotFollowed) {
  http::TestFolder folder;
  std::filesystem::create_symlink("elsewhere", folder.path() / "index.js");
  EXPECT_FALSE(write_template(kFiles, "js", folder.path()));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}

TEST(NewProject, OtherFilesAreNotInTheWay) {
  http::TestFolder folder;
  folder.write("notes.txt", "mine");
  EXPECT_TRUE(write_template(kFiles, "c", folder.path()));
}

}  // namespace
}  // namespace wws::cli
