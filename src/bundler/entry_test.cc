#include "bundler/entry.h"

#include <gtest/gtest.h>

#include "bundler/temporary_project.h"

namespace wws::bundler {
namespace {

constexpr std::string_view kMap = R"({"version":3,"sources":["a.ts"],"mappings":"AAAA"})";

class EntryTest : public testing::Test {
 protected:
  EntryTest() {
    files_.write("api/a.ts", "import './b'");
    files_.write("api/b.ts", "one");
    files_.write("package.json", "{}");
    bundle_.code = "the code";
    bundle_.inputs = {"api/a.ts", "api/b.ts"};
    bundle_.missing = {"net"};
    entry_ = write_entry(bundle_, kMap, files_.root());
  }
  [[nodiscard]] bool is_good() const { return read_entry(entry_, files_.root()).has_value(); }

  TemporaryProject files_;
  Bundle bundle_;
  std::string entry_;
};

TEST_F(EntryTest, GivesBackWhatWasKept) {
  const auto read = read_entry(entry_, files_.root());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->code, bundle_.code);
  EXPECT_EQ(read->inputs, bundle_.inputs);
  EXPECT_EQ(read->missing, bundle_.missing);
  EXPECT_TRUE(read->map->find({1, 1}).has_value());
}

TEST_F(EntryTest, IsForgottenWhenAFileChanges) {
  files_.write("api/b.ts", "two");
  EXPECT_FALSE(is_good());
  files_.write("api/b.ts", "one");
  EXPECT_TRUE(is_good());
  std::filesystem::remove(files_.root() / "api/b.ts");
  EXPECT_FALSE(is_good());
}

TEST_F(EntryTest, IsForgottenWhenImportsMayMeanOtherFiles) {
  files_.write("unrelated.ts", "");
  files_.write("api/unrelated.ts", "");
  EXPECT_TRUE(is_good());
  for (const char* name : {"api/b.tsx", "api/package.json", "tsconfig.base.json", "tsconfig.json",
                           "api/node_modules/x/index.js", "api/b/index.ts"}) {
    files_.write(name, "");
    EXPECT_FALSE(is_good()) << name;
    std::string first = std::string(name);
    if (first.starts_with("api/node_modules")) first = "api/node_modules";
    if (first == "api/b/index.ts") first = "api/b";
    std::filesystem::remove_all(files_.root() / first);
    EXPECT_TRUE(is_good()) << name;
  }
  files_.write("package.json", R"({"type": "module"})");
  EXPECT_FALSE(is_good());
}

TEST_F(EntryTest, IsNoneWhenItIsDamaged) {
  for (std::size_t length = 0; length < entry_.size(); ++length)
    EXPECT_FALSE(read_entry(std::string_view(entry_).substr(0, length), files_.root()).has_value());
  EXPECT_FALSE(read_entry(entry_ + "x", files_.root()).has_value());
}

}  // namespace
}  // namespace wws::bundler
