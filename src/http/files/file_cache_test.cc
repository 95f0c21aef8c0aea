#include "http/files/file_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "http/files/test_folder.h"

namespace wws::http {
namespace {

namespace fs = std::filesystem;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class FileCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    base_.write("public/a.txt", "first");
    base_.write("public/large.bin", std::string(FileCache::kMostHeld + 1, 'x'));
    base_.write("secret.txt", "secret");
    set_modified(path() / "a.txt", {.tv_sec = 784'111'777, .tv_nsec = 0});
    auto opened = OpenFolder::open(path());
    ASSERT_TRUE(opened);
    folder_ = *std::move(opened);
  }

  static void set_modified(const fs::path& file, timespec time) {
    const timespec times[2] = {time, time};
    ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  }
  static struct stat status_of(const fs::path& file) {
    struct stat status{};
    EXPECT_EQ(stat(file.c_str(), &status), 0);
    return status;
  }
  // The clocks of some file systems tick so slowly that two changes fall into one tick.
  static void change_after(const fs::path& file, const struct stat& before) {
    struct stat now = before;
    while (now.st_ctim.tv_sec == before.st_ctim.tv_sec &&
           now.st_ctim.tv_nsec == before.st_ctim.tv_nsec) {
      ASSERT_EQ(chmod(file.c_str(), 0644), 0);
      now = status_of(file);
    }
  }

  fs::path path() const { return base_.path() / "public"; }
  // Long enough after whatever this test has written.
  static nanoseconds later(seconds by = seconds(10)) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return seconds(now.tv_sec) + by;
  }
  Result<std::shared_ptr<const OpenFile>> open(const std::string& name, nanoseconds now = later()) {
    return cache_.open(*folder_, name, now);
  }
  std::string text(const std::string& name) {
    const auto file = open(name);
    if (!file) return std::string(to_string(file.error().kind()));
    return (*file)->bytes() ? *(*file)->bytes() : "(open)";
  }

  TestFolder base_;
  std::unique_ptr<OpenFolder> folder_;
  FileCache cache_{{.bytes = 4096, .open_files = 1}};
};

TEST_F(FileCacheTest, HoldsASmallFileInMemoryAndGivesItAgain) {
  const auto first = open("a.txt");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->descriptor(), -1);
  EXPECT_EQ(*(*first)->bytes(), "first");
  EXPECT_EQ(open("a.txt")->get(), first->get());
}

TEST_F(FileCacheTest, KeepsALargeFileOpen) {
  const auto first = open("large.bin");
  ASSERT_TRUE(first);
  EXPECT_GE((*first)->descriptor(), 0);
  EXPECT_EQ((*first)->bytes(), nullptr);
  EXPECT_EQ(open("large.bin")->get(), first->get());
}

TEST_F(FileCacheTest, AChangeIsSeenByTheNextRequest) {
  EXPECT_EQ(text("a.txt"), "first");
  base_.write("public/a.txt", "other");  // as long as the first
  EXPECT_EQ(text("a.txt"), "other");
  base_.write("public/new.txt", "moved");
  fs::rename(path() / "new.txt", path() / "a.txt");
  EXPECT_EQ(text("a.txt"), "moved");
  fs::remove(path() / "a.txt");
  EXPECT_EQ(text("a.txt"), "not-found");
}

TEST_F(FileCacheTest, TimesThatWereSetBackHideNoChange) {
  EXPECT_EQ(text("a.txt"), "first");
  const struct stat before = status_of(path() / "a.txt");
  base_.write("public/a.txt", "other");
  set_modified(path() / "a.txt", before.st_mtim);
  change_after(path() / "a.txt", before);
  EXPECT_EQ(text("a.txt"), "other");
}

TEST_F(FileCacheTest, AFileThatHasJustChangedIsNotHeld) {
  const auto first = open("a.txt", later(seconds(0)));
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->bytes(), nullptr);
  EXPECT_NE(open("a.txt", later(seconds(0)))->get(), first->get());
}

TEST_F(FileCacheTest, ALinkThatTakesAFilesPlaceIsJudgedAnew) {
  EXPECT_EQ(text("a.txt"), "first");
  fs::remove(path() / "a.txt");
  fs::create_symlink("../secret.txt", path() / "a.txt");
  EXPECT_EQ(text("a.txt"), "not-found");
}

TEST_F(FileCacheTest, TheSameFileOutsideIsNotServed) {
  EXPECT_EQ(text("a.txt"), "first");
  const struct stat before = status_of(path() / "a.txt");
  fs::rename(path() / "a.txt", base_.path() / "a.txt");
  change_after(base_.path() / "a.txt", before);
  fs::create_symlink("../a.txt", path() / "a.txt");
  EXPECT_EQ(text("a.txt"), "not-found");
}

TEST_F(FileCacheTest, TheLeastRecentlyUsedGoesFirst) {
  base_.write("public/b.txt", std::string(2000, 'b'));
  base_.write("public/c.txt", std::string(2000, 'c'));
  const auto a = *open("a.txt"), b = *open("b.txt");
  EXPECT_EQ(*open("a.txt"), a);
  EXPECT_EQ((*open("c.txt"))->size(), 2000u);
  EXPECT_EQ(*open("a.txt"), a);
  EXPECT_NE(*open("b.txt"), b);
}

TEST_F(FileCacheTest, NoMoreFilesStayOpenThanItsBound) {
  base_.write("public/other.bin", std::string(FileCache::kMostHeld + 1, 'y'));
  const auto first = *open("large.bin");
  EXPECT_TRUE(open("other.bin"));
  EXPECT_NE(*open("large.bin"), first);
}

TEST_F(FileCacheTest, WhatWasNotUsedForLongIsDropped) {
  const std::weak_ptr<const OpenFile> large = *open("large.bin");
  EXPECT_FALSE(large.expired());
  EXPECT_TRUE(open("a.txt", later(seconds(100))));
  EXPECT_TRUE(large.expired());
}

TEST_F(FileCacheTest, FoldersAreNotHeld) {
  fs::create_directory(path() / "folder");
  const auto first = open("folder");
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->kind(), OpenFile::Kind::Folder);
  EXPECT_NE(open("folder")->get(), first->get());
}

// Whoever asks after a write has returned gets at least what it wrote. Each file is of another
// size, because they follow faster than the clock of some file systems.
TEST_F(FileCacheTest, IsNeverStaleWhileOthersAsk) {
  constexpr int kWrites = 200;
  std::atomic<int> written{0};
  std::atomic<bool> stale{false};
  base_.write("public/number.txt", "0");
  std::thread reader([&] {
    while (written.load() < kWrites) {
      const int least = written.load();
      const auto file = cache_.open(*folder_, "number.txt", later());
      if (!file || !(*file)->bytes()) continue;
      if (std::stoi(*(*file)->bytes()) < least) stale = true;
    }
  });
  for (int i = 1; i <= kWrites; ++i) {
    const std::string content = std::to_string(i) + std::string(static_cast<std::size_t>(i), ' ');
    base_.write("public/next.txt", content);
    fs::rename(path() / "next.txt", path() / "number.txt");
    written = i;
    EXPECT_EQ(text("number.txt"), content);
  }
  reader.join();
  EXPECT_FALSE(stale);
}

}  // namespace
}  // namespace wws::http
