#include "config/project_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace wws::config {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class ProjectFileTest : public testing::Test {
 protected:
  ProjectFileTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-project-file-XXXXXX").string();
    root_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ~ProjectFileTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name) << text;
  }
  // What is wrong with it; empty: nothing.
  [[nodiscard]] std::string mistake_of(const std::string& name) const {
    Mistakes mistakes;
    const auto text = ProjectFileReader(root_).read(name, mistakes);
    EXPECT_EQ(text.has_value(), mistakes.empty());
    return mistakes.empty() ? std::string() : mistakes.front().to_string();
  }

  fs::path root_;
};

TEST_F(ProjectFileTest, AFileThatIsTooLongIsToBeShortened) {
  write("wws.toml", std::string((1u << 20) + 1, '#'));
  EXPECT_THAT(mistake_of("wws.toml"), HasSubstr("wws.toml: is longer than 1 MiB: shorten it"));
}

TEST_F(ProjectFileTest, WhereTheMachineLacksDescriptorsThatIsSaid) {
  write("wws.toml", "port = 1\n");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string mistake = mistake_of("wws.toml");
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_THAT(mistake, AllOf(HasSubstr("wws.toml"), HasSubstr("Too many open files")));
  EXPECT_EQ(mistake_of("wws.toml"), "");
}

}  // namespace
}  // namespace wws::config
