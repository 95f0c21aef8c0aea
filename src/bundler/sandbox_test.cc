#include "bundler/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>

#include "bundler/temporary_project.h"

namespace wws::bundler {
namespace {

namespace fs = std::filesystem;

// TMPDIR is this folder while a test runs.
class ScratchFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* before = getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", parent_.root().c_str(), 1);
  }
  void TearDown() override {
    if (before_)
      setenv("TMPDIR", before_->c_str(), 1);
    else
      unsetenv("TMPDIR");
  }
  fs::path left_behind(const std::string& name, std::chrono::minutes age) {
    const fs::path folder = parent_.root() / name;
    fs::create_directory(folder);
    std::ofstream(folder / "file") << "x";
    fs::last_write_time(folder, fs::last_write_time(folder) - age);
    return folder;
  }

  TemporaryProject parent_;
  std::optional<std::string> before_;
};

TEST_F(ScratchFolderTest, IsRemovedAtTheEnd) {
  fs::path path;
  {
    const auto folder = ScratchFolder::create();
    ASSERT_TRUE(folder);
    path = (*folder)->path();
    ASSERT_TRUE((*folder)->write("a.js", "1"));
    EXPECT_TRUE(fs::exists(path / "a.js"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ScratchFolderTest, RemovesWhatOthersLeftBehind) {
  const auto old = left_behind("wws-scratch-aaaaaa", std::chrono::minutes(2));
  const auto young = left_behind("wws-scratch-bbbbbb", std::chrono::minutes(0));
  const auto foreign = left_behind("wws-cccccc", std::chrono::minutes(1000));
  const auto used = left_behind("wws-scratch-dddddd", std::chrono::minutes(2));
  const int lock = open(used.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  fs::create_directory_symlink(foreign, parent_.root() / "wws-scratch-eeeeee");
  const auto folder = ScratchFolder::create();
  ASSERT_TRUE(folder);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
  EXPECT_TRUE(fs::exists(foreign / "file"));
  EXPECT_TRUE(fs::exists(used / "file"));
  close(lock);
}

}  // namespace
}  // namespace wws::bundler
