#include "bundler/libraries.h"

#include <gmock/gmock.h>

#include "bundler/temporary_project.h"

namespace wws::bundler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> libraries(const TemporaryProject& files) {
  auto project = config::read_project(
      files.root(), {}, [](std::string_view) { return std::optional<std::string>(); });
  EXPECT_TRUE(project.has_value());
  return project ? libraries_of(*project) : std::vector<std::string>();
}

constexpr std::string_view kWorker = "export default { fetch() {} }\n";

TEST(Libraries, AreFilesThatOthersImportAndThatHandleNothing) {
  const TemporaryProject files;
  files.write("index.ts",
              "import './lib/one'; import './lib/two.js'; import './lib'\n" + std::string(kWorker));
  files.write("lib/one.ts", "export const x = 1");
  files.write("lib/two.ts", "import '../other.mjs'");
  files.write("lib/index.js", "export {}");
  files.write("other.mjs", "export {}");
  files.write("alone.js", "export const nobody = 'imports me'");
  EXPECT_THAT(libraries(files),
              ElementsAre("lib/index.js", "lib/one.ts", "lib/two.ts", "other.mjs"));
}

TEST(Libraries, DoNotIncludeWorkersThatOthersImport) {
  const TemporaryProject files;
  files.write("index.js", "import users from './users.js'\n" + std::string(kWorker));
  files.write("users.js", kWorker);
  EXPECT_THAT(libraries(files), IsEmpty());
}

TEST(Libraries, AreNotWhatImportsItself) {
  const TemporaryProject files;
  files.write("self.js", "import * as self from './self.js'");
  EXPECT_THAT(libraries(files), IsEmpty());
}

}  // namespace
}  // namespace wws::bundler
