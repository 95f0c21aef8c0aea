#include "base/read_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <optional>

namespace wws {
namespace {

std::filesystem::path make_file(const std::string& name, const std::string& bytes) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(ReadFile, GivesEveryByte) {
  const std::string bytes = std::string("a\0b", 3) + std::string(200'000, 'x');
  EXPECT_EQ(read_file(make_file("whole", bytes), 1u << 20).value(), bytes);
}

TEST(ReadFile, RefusesMoreThanItsBound) {
  const auto bytes = read_file(make_file("large", std::string(11, 'x')), 10);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind(), ErrorKind::Invalid);
}

// So few descriptors that there is none for one more file, until the end of the scope.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST(ReadFile, TellsAFileForWhichThereIsNoDescriptorFromOneThatIsNotThere) {
  const auto path = make_file("unopened", "here");
  std::optional<Result<std::string>> bytes;
  {
    const NoDescriptors none;
    bytes = read_file(path, 10);
  }
  ASSERT_FALSE(bytes->has_value());
  EXPECT_EQ(bytes->error().kind(), ErrorKind::Exhausted);
  EXPECT_NE(bytes->error().message().find(path.string()), std::string::npos);
  EXPECT_EQ(read_file(path, 10).value(), "here");
}

TEST(ReadFile, AFileThatCannotBeReadToItsEndIsThereAllTheSame) {
  // Its first page is not mapped, so that a read fails with EIO
  // (https://man7.org/linux/man-pages/man5/proc_pid_mem.5.html).
  const auto bytes = read_file("/proc/self/mem", 10);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind(), ErrorKind::Internal);
}

TEST(ReadFile, NamesTheFileThatIsNotThere) {
  const auto bytes = read_file("/nowhere/at.all", 10);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind(), ErrorKind::NotFound);
  EXPECT_NE(bytes.error().message().find("/nowhere/at.all"), std::string::npos);
}

TEST(ReadFile, RefusesAFolder) { EXPECT_FALSE(read_file(testing::TempDir(), 10).has_value()); }

}  // namespace
}  // namespace wws
