#include "http/files/open_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "http/files/test_folder.h"

namespace wws::http {
namespace {

namespace fs = std::filesystem;

class OpenFolderTest : public testing::Test {
 protected:
  OpenFolderTest() {
    base_.write("public/a.txt", "hello");
    base_.write("public/folder/b.txt", "b");
    base_.write("secret.txt", "secret");
    auto opened = OpenFolder::open(public_folder());
    if (opened) folder_ = *std::move(opened);
  }
  void SetUp() override { ASSERT_TRUE(folder_); }

  fs::path public_folder() const { return base_.path() / "public"; }
  // "ok", or the kind of the error.
  std::string outcome(const std::string& relative) const {
    const auto file = folder_->open_below(relative);
    return file ? "ok" : std::string(to_string(file.error().kind()));
  }

  TestFolder base_;
  std::unique_ptr<OpenFolder> folder_;
};

TEST_F(OpenFolderTest, OpensFilesAndFolders) {
  const auto file = folder_->open_below("a.txt");
  ASSERT_TRUE(file);
  EXPECT_EQ((*file)->kind(), OpenFile::Kind::Regular);
  EXPECT_EQ((*file)->size(), 5u);
  EXPECT_GT((*file)->modified().count(), 0);
  const auto folder = folder_->open_below("folder");
  ASSERT_TRUE(folder);
  EXPECT_EQ((*folder)->kind(), OpenFile::Kind::Folder);
}

TEST_F(OpenFolderTest, FollowsLinksInside) {
  fs::create_symlink("folder/b.txt", public_folder() / "link.txt");
  fs::create_symlink("../a.txt", public_folder() / "folder/up.txt");
  EXPECT_EQ(outcome("link.txt"), "ok");
  EXPECT_EQ(outcome("folder/up.txt"), "ok");
}

TEST_F(OpenFolderTest, NeverLeavesTheFolder) {
  fs::create_symlink("../secret.txt", public_folder() / "out");
  fs::create_symlink(base_.path() / "secret.txt", public_folder() / "absolute");
  fs::create_symlink(public_folder() / "a.txt", public_folder() / "absolute-inside");
  fs::create_symlink("..", public_folder() / "parent");
  fs::create_symlink("loop", public_folder() / "loop");
  fs::create_symlink("/proc/self/fd", public_folder() / "magic");
  for (const char* path :
       {"../secret.txt", "folder/../../secret.txt", "out", "absolute", "/etc/passwd",
        "absolute-inside", "parent/secret.txt", "loop", "magic/0"})
    EXPECT_EQ(outcome(path), "not-found") << path;
}

TEST_F(OpenFolderTest, StaysWithTheFolderItOpened) {
  fs::rename(public_folder(), base_.path() / "moved");
  EXPECT_EQ(outcome("a.txt"), "ok");
}

TEST_F(OpenFolderTest, DoesNotFindWhatIsNoFile) {
  EXPECT_EQ(outcome("missing"), "not-found");
  EXPECT_EQ(outcome("a.txt/x"), "not-found");
  EXPECT_EQ(outcome(""), "not-found");
  EXPECT_EQ(outcome(std::string(300, 'x')), "not-found");
  EXPECT_EQ(outcome(std::string("a.txt\0.html", 11)), "not-found");
}

TEST_F(OpenFolderTest, DoesNotWaitForPipesAndSockets) {
  ASSERT_EQ(mkfifo((public_folder() / "pipe").c_str(), 0600), 0);
  const auto pipe = folder_->open_below("pipe");
  ASSERT_TRUE(pipe);
  EXPECT_EQ((*pipe)->kind(), OpenFile::Kind::Other);

  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", public_folder().c_str());
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(outcome("socket"), "not-found");
  close(listener);
}

TEST_F(OpenFolderTest, SaysWhenTheProcessIsOutOfDescriptors) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string found = outcome("a.txt");
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(found, "exhausted");
}

TEST_F(OpenFolderTest, FailsWithoutAFolder) {
  const auto missing = OpenFolder::open(base_.path() / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  const auto file = OpenFolder::open(public_folder() / "a.txt");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind(), ErrorKind::Invalid);
}

TEST(OpenFile, RefusesADescriptorThatIsNone) {
  const auto file = OpenFile::adopt(-1);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind(), ErrorKind::Internal);
}

// Makes openat2 fail with `code` from here on, as an old kernel or a container's filter does.
void forbid_openat2(unsigned code) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{4, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    std::exit(2);
}

TEST(OpenFolderDeathTest, SaysWhatIsMissingWithoutOpenat2) {
  const TestFolder folder;
  for (const int code : {ENOSYS, EPERM}) {
    const auto attempt = [&] {
      forbid_openat2(static_cast<unsigned>(code));
      const auto opened = OpenFolder::open(folder.path());
      if (opened) std::exit(1);
      std::fprintf(stderr, "%s\n", opened.error().to_string().c_str());
      std::_Exit(opened.error().kind() == ErrorKind::Unsupported ? 0 : 1);
    };
    EXPECT_EXIT(attempt(), testing::ExitedWithCode(0), "need the system call openat2");
  }
}

}  // namespace
}  // namespace wws::http
