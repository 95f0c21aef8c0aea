#include "bindings/files/open_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace wws::bindings::files {
namespace {

namespace fs = std::filesystem;

class OpenFileTest : public testing::Test {
 protected:
  OpenFileTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-files-XXXXXX").string();
    base_ = mkdtemp(pattern.data());
  }
  ~OpenFileTest() override { fs::remove_all(base_); }
  std::unique_ptr<OpenFile> open(const std::string& name, int flags) const {
    return OpenFile::adopt(::open((base_ / name).c_str(), flags | O_CLOEXEC, 0600)).value();
  }
  // As many names as `most`, from a cookie on; and the cookie that goes on.
  static std::vector<std::string> names(const OpenFile& folder, std::uint64_t& cookie,
                                        std::size_t most) {
    std::vector<std::string> found;
    const auto read = folder.read_entries(cookie, 100, [&](const FolderEntry& entry) {
      if (found.size() == most) return false;
      found.emplace_back(entry.name);
      cookie = entry.next;
      return true;
    });
    EXPECT_TRUE(read.has_value());
    return found;
  }

  fs::path base_;
};

TEST_F(OpenFileTest, ClosesItsDescriptor) {
  int number = -1;
  {
    const auto file = open("a", O_RDWR | O_CREAT);
    number = file->descriptor();
    EXPECT_FALSE(file->is_folder());
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST_F(OpenFileTest, TakesNoDevices) {
  const auto device = OpenFile::adopt(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_FALSE(device.has_value());
  EXPECT_EQ(device.error(), FileFault{ENOTSUP});
}

TEST_F(OpenFileTest, ReadsEntriesFromAnyCookieOn) {
  std::set<std::string> wanted = {".", ".."};
  for (int i = 0; i < 300; ++i) {
    const std::string name = "a name of some length " + std::to_string(i);
    std::ofstream(base_ / name);
    wanted.insert(name);
  }
  const auto folder = open(".", O_RDONLY | O_DIRECTORY);
  std::multiset<std::string> found;
  std::uint64_t cookie = 0;
  for (;;) {
    const auto part = names(*folder, cookie, 7);
    if (part.empty()) break;
    found.insert(part.begin(), part.end());
  }
  EXPECT_EQ(found.size(), 302u) << "none twice";
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), wanted);
}

TEST_F(OpenFileTest, RefusesOffsetsThatAreNone) {
  const auto file = open("a", O_RDWR | O_CREAT);
  char byte = 'x';
  const iovec range{&byte, 1};
  const std::uint64_t huge = std::uint64_t{1} << 63;
  EXPECT_EQ(file->read_at(std::span(&range, 1), huge).error(), FileFault{EINVAL});
  EXPECT_EQ(file->write_at(std::span(&range, 1), ~std::uint64_t{0}).error(), FileFault{EINVAL});
  EXPECT_EQ(file->set_size(huge).error(), FileFault{EINVAL});
  EXPECT_EQ(file->allocate(huge, 1).error(), FileFault{EINVAL});
  EXPECT_EQ(file->seek(-1, SeekFrom::Start).error(), FileFault{EINVAL});
}

TEST_F(OpenFileTest, SetsTimesOneByOne) {
  const auto file = open("a", O_RDWR | O_CREAT);
  const auto before = file->status().value();
  ASSERT_TRUE(
      file->set_times({.modified = {NewTime::Kind::Given, std::chrono::nanoseconds(1'000'000'007)}})
          .has_value());
  const auto after = file->status().value();
  EXPECT_EQ(after.modified, std::chrono::nanoseconds(1'000'000'007));
  EXPECT_EQ(after.accessed, before.accessed);
  ASSERT_TRUE(file->set_times({.modified = {NewTime::Kind::Now, {}}}).has_value());
  EXPECT_GE(file->status()->modified, before.modified);
}

TEST_F(OpenFileTest, AppendsWhenTold) {
  const auto file = open("a", O_RDWR | O_CREAT);
  char text[] = "ab";
  const iovec range{text, 2};
  ASSERT_EQ(file->write(std::span(&range, 1)), 2u);
  ASSERT_TRUE(file->set_appending(Appending::Yes).has_value());
  ASSERT_EQ(file->seek(0, SeekFrom::Start), 0u);
  ASSERT_EQ(file->write(std::span(&range, 1)), 2u);
  EXPECT_EQ(file->status()->size, 4u);
  ASSERT_TRUE(file->set_appending(Appending::No).has_value());
  ASSERT_EQ(file->seek(0, SeekFrom::Start), 0u);
  ASSERT_EQ(file->write(std::span(&range, 1)), 2u);
  EXPECT_EQ(file->status()->size, 4u);
}

}  // namespace
}  // namespace wws::bindings::files
