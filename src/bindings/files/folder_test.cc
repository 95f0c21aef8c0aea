#include "bindings/files/folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace wws::bindings::files {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// base/inside is what a guest has; base/secret is outside of it.
class Folder : public testing::Test {
 protected:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "wws-files-XXXXXX").string();
    base_ = fs::canonical(mkdtemp(pattern.data()));
    fs::create_directories(base_ / "inside/below");
    fs::create_directory(base_ / "outside");
    write("outside/secret", "secret");
    write("inside/below/text", "text");
    folder_ = open_mount({.from = base_ / "inside", .to = "/"}).value();
  }
  ~Folder() override { fs::remove_all(base_); }

  void write(const std::string& relative, std::string_view text) const {
    std::ofstream(base_ / relative, std::ios::binary) << text;
  }
  std::string read(const std::string& relative) const {
    std::ifstream file(base_ / relative, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, base_ / "inside" / name);
  }
  // What is read of the path, "!" and the fault where it cannot be.
  std::string content(const std::string& path, Follow follow = Follow::Yes) const {
    const auto file = open_below(*folder_, path, {.read = true, .follow = follow});
    if (!file) return "!" + std::to_string(static_cast<int>(file.error()));
    char text[64];
    const iovec range{text, sizeof text};
    const auto size = (*file)->read(std::span(&range, 1));
    return size ? std::string(text, *size) : "!read";
  }

  fs::path base_;
  std::unique_ptr<OpenFile> folder_;
};

constexpr char kOut[] = "!-1";

TEST_F(Folder, FollowsLinksInsideAndNeverOut) {
  link("below/text", "in");
  link("../outside/secret", "out");
  link((base_ / "outside").string(), "absolute");
  link("below/../../outside", "winding");
  EXPECT_EQ(content("in"), "text");
  EXPECT_EQ(content("below/../in"), "text");
  for (const char* path : {"out", "absolute/secret", "winding/secret", "../outside/secret",
                           "below/../../outside/secret", "/etc/passwd", "..", "/"})
    EXPECT_EQ(content(path), kOut) << path;
  EXPECT_EQ(content("in", Follow::No), "!" + std::to_string(ELOOP));
}

TEST_F(Folder, MagicLinksAreNotFollowed) {
  const auto proc = open_mount({.from = "/proc", .to = "/"});
  ASSERT_TRUE(proc.has_value());
  const auto through = open_below(**proc, "self/root/etc/passwd", {.read = true});
  ASSERT_FALSE(through.has_value());
}

TEST_F(Folder, NeverOpensPipesAndSockets) {
  ASSERT_EQ(mkfifo((base_ / "inside/pipe").c_str(), 0600), 0);
  for (const OpenHow how :
       {OpenHow{.read = true}, OpenHow{.write = true}, OpenHow{.read = true, .write = true}}) {
    const auto pipe = open_below(*folder_, "pipe", how);
    ASSERT_FALSE(pipe.has_value());
    EXPECT_EQ(pipe.error(), FileFault{ENOTSUP});
  }
}

TEST_F(Folder, ANulDoesNotEndAPath) {
  const std::string path("below/text\0x", 12);
  EXPECT_EQ(content(path), "!" + std::to_string(EILSEQ));
  EXPECT_EQ(create_folder(*folder_, std::string("new\0x", 5)).error(), FileFault{EILSEQ});
  EXPECT_FALSE(fs::exists(base_ / "inside/new"));
}

TEST_F(Folder, ChangesStayInside) {
  link("../outside", "out");
  EXPECT_EQ(create_folder(*folder_, "out/new").error(), kOutside);
  EXPECT_EQ(unlink_file(*folder_, "out/secret").error(), kOutside);
  EXPECT_EQ(remove_folder(*folder_, "../outside").error(), kOutside);
  EXPECT_EQ(rename(*folder_, "out/secret", *folder_, "stolen").error(), kOutside);
  EXPECT_EQ(rename(*folder_, "below/text", *folder_, "../outside/secret").error(), kOutside);
  EXPECT_EQ(add_name(*folder_, "out/secret", *folder_, "stolen").error(), kOutside);
  EXPECT_EQ(add_name(*folder_, "below/text", *folder_, "out/new").error(), kOutside);
  EXPECT_EQ(create_link("/etc", *folder_, "etc").error(), kOutside);
  EXPECT_EQ(create_link("x", *folder_, "out/new").error(), kOutside);
  EXPECT_FALSE(remove_folder(*folder_, "..").has_value());
  EXPECT_FALSE(rename(*folder_, "..", *folder_, "x").has_value());
  EXPECT_EQ(read("outside/secret"), "secret");
  EXPECT_EQ(read("inside/below/text"), "text");
  EXPECT_EQ(std::distance(fs::directory_iterator(base_ / "outside"), fs::directory_iterator()), 1);
}

// A name is a folder at one moment and a link out of the folder at the next.
TEST_F(Folder, NoRaceLeadsOut) {
  write("inside/below/secret", "fair");
  link("../outside", "swap");
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    const std::string swap = base_ / "inside/swap", real = base_ / "inside/below";
    while (!stop) ::renameat2(AT_FDCWD, swap.c_str(), AT_FDCWD, real.c_str(), RENAME_EXCHANGE);
  });
  for (int i = 0; i < 2000; ++i) {
    const std::string seen = content("below/secret");
    if (seen != "fair" && seen != kOut) ADD_FAILURE() << seen;
    static_cast<void>(create_folder(*folder_, "below/new"));
    static_cast<void>(create_link("x", *folder_, "below/link"));
    static_cast<void>(add_name(*folder_, "below/secret", *folder_, "stolen"));
    static_cast<void>(unlink_file(*folder_, "below/link"));
    static_cast<void>(status_below(*folder_, "below/secret", Follow::Yes));
  }
  stop = true;
  swapper.join();
  EXPECT_EQ(std::distance(fs::directory_iterator(base_ / "outside"), fs::directory_iterator()), 1);
  if (fs::exists(base_ / "inside/stolen")) {
    EXPECT_EQ(read("inside/stolen"), "fair");
  }
}

TEST_F(Folder, AMountIsNotMovedByALinkThatTookItsPlace) {
  const Mount mount{.from = base_ / "inside/below", .to = "/"};
  EXPECT_TRUE(check_mount(mount).has_value());
  fs::rename(base_ / "inside/below", base_ / "inside/gone");
  link("../outside", "below");
  EXPECT_EQ(open_mount(mount).error(), FileFault{ELOOP});
}

TEST_F(Folder, TellsWhyAMountCannotBe) {
  const auto missing = check_mount({.from = base_ / "missing", .to = "/"});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("missing cannot be mounted: No such file"));
  const auto file = check_mount({.from = base_ / "outside/secret", .to = "/"});
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().kind(), ErrorKind::Invalid);
}

TEST_F(Folder, TellsOfLinksAndWhatTheyPointAt) {
  link("below/text", "link");
  EXPECT_EQ(status_below(*folder_, "link", Follow::No)->type, FileType::Link);
  EXPECT_EQ(status_below(*folder_, "link", Follow::Yes)->type, FileType::Regular);
  EXPECT_EQ(read_link(*folder_, "link"), "below/text");
  EXPECT_EQ(read_link(*folder_, "below/text").error(), FileFault{EINVAL});
  EXPECT_EQ(read_link(*folder_, "missing").error(), FileFault{ENOENT});
  const NewTimes times{.modified = {NewTime::Kind::Given, std::chrono::seconds(5)}};
  ASSERT_TRUE(set_times_below(*folder_, "link", Follow::No, times).has_value());
  EXPECT_EQ(status_below(*folder_, "link", Follow::No)->modified, std::chrono::seconds(5));
  EXPECT_NE(status_below(*folder_, "link", Follow::Yes)->modified, std::chrono::seconds(5));
}

}  // namespace
}  // namespace wws::bindings::files
