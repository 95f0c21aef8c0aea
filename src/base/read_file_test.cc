#include "base/read_file.h"

#include <gtest/gtest.h>

#include <fstream>

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
  EXPECT_EQ(bytes.error().kind(), ErrorKind::Exhausted);
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
