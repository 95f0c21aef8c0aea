#include "git/private_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "git/temporary_folder.h"

namespace wws::git {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

fs::perms mode_of(const fs::path& path) { return fs::status(path).permissions(); }

TEST(PrivateFolder, IsMadeWithItsParentsForThisUserAlone) {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "a" / "b";
  ASSERT_TRUE(make_private(folder));
  EXPECT_EQ(mode_of(folder), fs::perms::owner_all);
  EXPECT_EQ(mode_of(folder.parent_path()), fs::perms::owner_all);
}

TEST(PrivateFolder, ThatIsOpenToOthersIsClosed) {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "open";
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::all);
  ASSERT_TRUE(make_private(folder));
  EXPECT_EQ(mode_of(folder), fs::perms::owner_all);
}

TEST(PrivateFolder, IsNeitherALinkNorAFile) {
  const TemporaryFolder place;
  fs::create_directory_symlink("/tmp", place.path() / "link");
  std::ofstream(place.path() / "file") << "x";
  for (const char* name : {"link", "file"}) {
    const auto made = make_private(place.path() / name);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().kind(), ErrorKind::Invalid);
    EXPECT_THAT(made.error().message(), HasSubstr("is no folder"));
  }
}

TEST(PrivateFolder, OfAnotherUserIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const TemporaryFolder place;
  const fs::path folder = place.path() / "theirs";
  fs::create_directory(folder);
  ASSERT_EQ(chown(folder.c_str(), 65534, 65534), 0);
  const auto made = make_private(folder);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::Denied);
  EXPECT_THAT(made.error().message(), HasSubstr("belongs to another user"));
}

TEST(FileLock, IsSharedOrForOneAlone) {
  const TemporaryFolder place;
  const fs::path file = place.path() / "lock";
  {
    const auto one = FileLock::try_take(file, FileLock::Mode::Shared);
    const auto two = FileLock::try_take(file, FileLock::Mode::Shared);
    EXPECT_NE(one, nullptr);
    EXPECT_NE(two, nullptr);
    EXPECT_EQ(FileLock::try_take(file, FileLock::Mode::Exclusive), nullptr);
  }
  EXPECT_NE(FileLock::try_take(file, FileLock::Mode::Exclusive), nullptr);
}

TEST(FileLock, SaysOnceThatItWaits) {
  const TemporaryFolder place;
  const fs::path file = place.path() / "lock";
  auto held = FileLock::try_take(file, FileLock::Mode::Exclusive);
  ASSERT_NE(held, nullptr);
  std::promise<void> waits;
  auto second = std::async(std::launch::async, [&] {
    return FileLock::take(file, FileLock::Mode::Exclusive, [&] { waits.set_value(); }).has_value();
  });
  waits.get_future().wait();
  held.reset();
  EXPECT_TRUE(second.get());
}

}  // namespace
}  // namespace wws::git
