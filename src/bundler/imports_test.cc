#include "bundler/imports.h"

#include <gmock/gmock.h>

namespace wws::bundler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Imports, FindsEachFormOfAnImport) {
  for (const std::string_view source :
       {"import x from './a.js';", "import './a.js'", "import{x}from'./a.js'",
        "import * as x from \"./a.js\"", "import x, { y } from './a.js'",
        "export { x } from './a.js'", "export * from './a.js'", "const x = import('./a.js')",
        "const x = await import ( './a.js' )", "import data from './a.js' with { type: 'json' }",
        "/* first */ import x // then\n from './a.js'"}) {
    const ModuleOutline outline = outline_of(source);
    EXPECT_TRUE(outline.imports) << source;
    EXPECT_THAT(outline.specifiers, ElementsAre("./a.js")) << source;
    EXPECT_TRUE(needs_bundling("w.js", source)) << source;
  }
}

TEST(Imports, SeesANameThatIsMadeAtRunTime) {
  const ModuleOutline outline = outline_of("const x = import(name + '.js')");
  EXPECT_TRUE(outline.imports);
  EXPECT_THAT(outline.specifiers, IsEmpty());
}

TEST(Imports, LeavesOutWhatOnlyLooksLikeOne) {
  for (const std::string_view source :
       {"", "// import x from './a.js'", "/* import x from './a.js' */",
        "const x = \"import y from './a.js'\"", "const x = `import y from './a.js'`",
        "const x = /import y from '.a.js'/", "console.log(import.meta.url)",
        "const x = { import: 1, from: './a.js' }", "x.import('./a.js'); x.import = 1",
        "Array.from('abc'); const from = 1", "const important = 'from'", "#!import 'x'\nlet y",
        "let a = b / c; // import './a.js'\nlet d = e / f", "x = `${ `import './a.js'` }`"}) {
    EXPECT_FALSE(outline_of(source).imports) << source;
    EXPECT_FALSE(needs_bundling("w.mjs", source)) << source;
  }
}

TEST(Imports, KeepsItsPlaceThroughTemplatesAndRegularExpressions) {
  EXPECT_TRUE(outline_of("x = `a ${ { b: `}` } } c`; import './a.js'").imports);
  EXPECT_TRUE(outline_of("if (/[/'\"`]/.test(x)) {}\nimport './a.js'").imports);
  EXPECT_TRUE(outline_of("return /`/; import './a.js'").imports);
  EXPECT_TRUE(outline_of("x = a[0] / b; y = `/`; import './a.js'").imports);
}

TEST(Imports, TakesATextThatItCannotReadForOneWithImports) {
  for (const std::string_view source :
       {"let x = 'import", "/* import", "x = `import", "x = `import ${y}", "x = /import"})
    EXPECT_TRUE(outline_of(source).imports) << source;
}

TEST(Imports, SaysWhetherAFileHandlesRequests) {
  for (const std::string_view source :
       {"export default { fetch() {} }", "export { app as default }",
        "addEventListener('fetch', (e) => {})", "export default app"})
    EXPECT_TRUE(outline_of(source).handles) << source;
  for (const std::string_view source :
       {"export const x = 1", "// export default x", "import { default as x } from './a.js'"})
    EXPECT_FALSE(outline_of(source).handles) << source;
}

TEST(Imports, BundlesEveryFileThatIsNoJavaScript) {
  for (const std::string_view name : {"a.ts", "a.tsx", "a.jsx", "a.mts", "api/[id].ts"})
    EXPECT_TRUE(needs_bundling(name, "")) << name;
  EXPECT_FALSE(needs_bundling("a.js", "addEventListener('fetch', () => {})"));
}

}  // namespace
}  // namespace wws::bundler
