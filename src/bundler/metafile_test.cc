#include "bundler/metafile.h"

#include <gmock/gmock.h>

namespace wws::bundler {
namespace {

using testing::ElementsAre;

constexpr std::string_view kMetafile = R"({"inputs": {
  "a.ts": {"imports": [{"path": "b.ts", "kind": "import-statement"},
                       {"path": "node_modules/c/index.js", "kind": "import-statement"},
                       {"path": "wws:node", "kind": "import-statement", "external": true},
                       {"path": "<runtime>", "kind": "import-statement", "external": true},
                       {"path": "/.wws-node/globals.js", "kind": "import-statement",
                        "external": true}]},
  "b.ts": {"imports": [{"path": "node_modules/c/index.js", "kind": "require-call"},
                       {"path": "a.ts", "kind": "import-statement"}]},
  "node_modules/c/index.js": {"imports": [
     {"path": "node:fs", "kind": "import-statement", "external": true},
     {"path": "node:fs", "kind": "import-statement", "external": true},
     {"path": "net", "kind": "require-call", "external": true}]},
  "(disabled):node_modules/c/file.js": {"imports": []},
  ".wws-node/path.js": {"imports": []}
}, "outputs": {"bundle.js.map": {}, "bundle.js": {"entryPoint": "a.ts"}}})";

TEST(Metafile, AQueryIsNoPartOfAFilesName) {
  const auto read = read_metafile(
      R"({"inputs": {"a.js": {"imports": []}, "m.wasm": {"imports": []}, "m.wasm?bytes": {"imports": []}},
          "outputs": {"o": {"entryPoint": "a.js"}}})");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->inputs, ElementsAre("a.js", "m.wasm", "m.wasm?bytes"));
}

TEST(Metafile, NamesTheFilesOfTheProject) {
  const auto read = read_metafile(kMetafile);
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  EXPECT_THAT(read->inputs, ElementsAre("a.ts", "b.ts", "node_modules/c/index.js"));
}

TEST(Metafile, ShowsTheShortestWayToWhatIsOutside) {
  const auto read = read_metafile(kMetafile);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->externals.size(), 2U);
  EXPECT_EQ(read->externals[0].name, "node:fs");
  EXPECT_FALSE(read->externals[0].required);
  EXPECT_THAT(read->externals[0].chain, ElementsAre("a.ts", "node_modules/c/index.js"));
  EXPECT_EQ(read->externals[1].name, "net");
  EXPECT_TRUE(read->externals[1].required);
}

TEST(Metafile, RefusesWhatIsNone) {
  for (
      const std::string_view json :
      {"", "[]", "{}", R"({"inputs": {}})",
       R"({"inputs": {"a.ts": {}}, "outputs": {"o": {"entryPoint": "a.ts"}}})",
       R"({"inputs": {"a.ts": {"imports": [{}]}}, "outputs": {"o": {"entryPoint": "a.ts"}}})",
       R"({"inputs": {"a.ts": {"imports": [{"path": 1}]}}, "outputs": {"o": {"entryPoint": "a.ts"}}})"})
    EXPECT_FALSE(read_metafile(json).has_value()) << json;
}

}  // namespace
}  // namespace wws::bundler
