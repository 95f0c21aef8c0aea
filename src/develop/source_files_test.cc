#include "develop/source_files.h"

#include <gtest/gtest.h>

#include "http/files/test_folder.h"

namespace wws::develop {
namespace {

TEST(SourceFiles, ReadsSourcesOfTheProjectAndNothingElse) {
  http::TestFolder folder;
  folder.write("project/api/a.js", "text");
  folder.write("project/.env", "SECRET=1");
  folder.write("project/data.json", "{}");
  folder.write("outside.js", "secret");
  const auto root = folder.path() / "project";
  std::filesystem::create_symlink("../outside.js", root / "link.js");
  EXPECT_EQ(read_source(root, "api/a.js"), "text");
  EXPECT_EQ(read_source(root, (root / "api/a.js").string()), "text");
  for (const std::string file : {".env", "data.json", "../outside.js", "link.js", "api", "",
                                 "/etc/passwd", "missing.js", "api/../../outside.js"})
    EXPECT_FALSE(read_source(root, file)) << file;
  EXPECT_FALSE(read_source(root, std::string("api/a.js\0x", 10)));
  EXPECT_FALSE(read_source(root / "missing", "a.js"));
}

}  // namespace
}  // namespace wws::develop
