// FolderWatch against the real kernel. Each test waits for reports, never for time: one that does
// not come lets the test run into its deadline.
#include "io/folder_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace wws::io {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Not;

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-watch-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~FolderWatchTest() override { fs::remove_all(root_); }

  void write(const std::string& relative, std::string_view text = "x") const {
    fs::create_directories((root_ / relative).parent_path());
    std::ofstream(root_ / relative) << text;
  }
  void watch(FolderWatch::Options options = {}) {
    auto made = watch_folder(loop_.get_executor(), root_, std::move(options),
                             [this](FolderWatch::Report report) {
                               reports_.push_back(std::move(report));
                               loop_.stop();
                             });
    ASSERT_TRUE(made) << made.error().to_string();
    watch_ = std::move(*made);
  }
  // The next report.
  FolderWatch::Report next() {
    loop_.restart();
    loop_.run_for(std::chrono::seconds(30));
    EXPECT_FALSE(reports_.empty()) << "no report came";
    if (reports_.empty()) return {};
    auto report = std::move(reports_.front());
    reports_.erase(reports_.begin());
    return report;
  }
  // All paths that are reported until `path` is.
  std::set<std::string> until(const std::string& path) {
    std::set<std::string> seen;
    while (!seen.contains(path)) {
      auto report = next();
      if (report.paths.empty()) break;
      seen.merge(report.paths);
    }
    return seen;
  }

  boost::asio::io_context loop_{1};
  fs::path root_;
  std::unique_ptr<FolderWatch> watch_;
  std::vector<FolderWatch::Report> reports_;
};

TEST_F(FolderWatchTest, TellsOfAFileThatWasWritten) {
  write("a.js");
  watch();
  write("a.js", "y");
  EXPECT_THAT(next().paths, testing::ElementsAre("a.js"));
}

TEST_F(FolderWatchTest, AnEditorsSaveByRenamingIsOneReport) {
  write("a.js");
  watch();
  write("a.js~", "new");
  fs::rename(root_ / "a.js", root_ / "a.js.bak");
  fs::rename(root_ / "a.js~", root_ / "a.js");
  fs::remove(root_ / "a.js.bak");
  const auto report = next();
  EXPECT_THAT(report.paths, Contains("a.js"));
  EXPECT_TRUE(reports_.empty());
}

TEST_F(FolderWatchTest, ABurstIsOneReport) {
  // Only a pause could end it, and a burst of writes has none that is as long.
  watch({.quiet = std::chrono::seconds(1), .longest = std::chrono::seconds(20)});
  for (int i = 0; i < 200; ++i) write("f" + std::to_string(i) + ".js");
  EXPECT_EQ(next().paths.size(), 200u);
  EXPECT_TRUE(reports_.empty());
}

TEST_F(FolderWatchTest, NewFoldersAreWatchedHoweverDeep) {
  watch();
  write("a/b/c/first.js");
  EXPECT_THAT(until("a"), Contains("a"));
  write("a/b/c/second.js");
  EXPECT_THAT(until("a/b/c/second.js"), Contains("a/b/c/second.js"));
  // Moved: known by its new name only.
  fs::rename(root_ / "a", root_ / "moved");
  until("moved");
  write("moved/b/c/third.js");
  const auto seen = until("moved/b/c/third.js");
  EXPECT_THAT(seen, Not(Contains("a/b/c/third.js")));
  EXPECT_EQ(watch_->folders(), 4u);
}

TEST_F(FolderWatchTest, TellsOfLinksAndOfWhatIsRemoved) {
  write("a.js");
  watch();
  fs::create_symlink("a.js", root_ / "link.js");
  EXPECT_THAT(until("link.js"), Contains("link.js"));
  fs::create_hard_link(root_ / "a.js", root_ / "hard.js");
  EXPECT_THAT(until("hard.js"), Contains("hard.js"));
  fs::remove(root_ / "a.js");
  EXPECT_THAT(until("a.js"), Contains("a.js"));
}

TEST_F(FolderWatchTest, SkipsWhatItIsTold) {
  fs::create_directories(root_ / "node_modules/x");
  watch({.skips = [](std::string_view folder) { return folder == "node_modules"; }});
  EXPECT_EQ(watch_->folders(), 1u);
  write("node_modules/x/a.js");
  write("seen.js");
  EXPECT_THAT(next().paths, testing::ElementsAre("seen.js"));
}

TEST_F(FolderWatchTest, WhenTheKernelDropsEventsEverythingIsLookedAtAnew) {
  std::ifstream file("/proc/sys/fs/inotify/max_queued_events");
  int most = 0;
  file >> most;
  if (most <= 0 || most > 100'000) GTEST_SKIP() << "a queue of " << most << " is not filled here";
  write("a.js");
  watch();
  // Two events in turns, which the kernel cannot make one of.
  fs::create_directories(root_ / "later");
  for (int i = 0; i < most / 2 + 100; ++i) {
    fs::rename(root_ / "a.js", root_ / "b.js");
    fs::rename(root_ / "b.js", root_ / "a.js");
  }
  FolderWatch::Report report = next();
  while (!report.everything) report = next();
  EXPECT_TRUE(report.everything);
  write("later/still-seen.js");
  EXPECT_THAT(until("later/still-seen.js"), Contains("later/still-seen.js"));
}

TEST_F(FolderWatchTest, AMissingFolderIsAnError) {
  auto made = watch_folder(loop_.get_executor(), root_ / "missing", {}, [](FolderWatch::Report) {});
  EXPECT_FALSE(made);
}

TEST_F(FolderWatchTest, ARemovedRootIsTold) {
  watch();
  fs::remove_all(root_);
  FolderWatch::Report report = next();
  EXPECT_TRUE(report.everything);
}

}  // namespace
}  // namespace wws::io
