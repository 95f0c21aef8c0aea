#include "bundler/wasm_modules.h"

#include <gtest/gtest.h>

namespace wws::bundler {
namespace {

TEST(WasmModules, AWasmFileIsAModule) {
  EXPECT_EQ(
      with_wasm_modules("var __toBinary = f;\n\n// lib/m.wasm\nvar m = __toBinary(\"AGFz\");\n"
                        "\n// index.js\nm;\n"),
      "var __toBinary = f;\n\n// lib/m.wasm\n"
      "var m = new WebAssembly.Module(__toBinary(\"AGFz\"));\n\n// index.js\nm;\n");
}

TEST(WasmModules, ARequiredOneIsToo) {
  EXPECT_EQ(with_wasm_modules("// m.wasm\nvar require_m = __commonJS({\n  \"m.wasm\"(exports, "
                              "module) {\n    module.exports = __toBinary2(\"AA==\");\n  }\n});\n"),
            "// m.wasm\nvar require_m = __commonJS({\n  \"m.wasm\"(exports, module) {\n    "
            "module.exports = new WebAssembly.Module(__toBinary2(\"AA==\"));\n  }\n});\n");
}

TEST(WasmModules, AQueryAsksForTheBytes) {
  const std::string bytes = "// m.wasm?bytes\nvar m = __toBinary(\"AA==\");\n";
  EXPECT_EQ(with_wasm_modules(bytes), bytes);
  EXPECT_NE(with_wasm_modules("// m.wasm?module\nvar m = __toBinary(\"AA==\");\n").find("Module("),
            std::string::npos);
}

TEST(WasmModules, OtherFilesAndTextsStayAsTheyAre) {
  for (const std::string code :
       {"", "__toBinary(\"AA==\")", "// x.bin\nvar b = __toBinary(\"AA==\");\n",
        "// index.js\nvar text = `__toBinary(\"AA==\")`;\n", "// m.wasm\nvar m = __toBinary(x);\n",
        "// m.wasm\nvar m = __toBinary(\"AA", "// m.wasm\nvar m = __toBinary"})
    EXPECT_EQ(with_wasm_modules(code), code);
}

TEST(WasmModules, EachOfSeveralIsOne) {
  EXPECT_EQ(
      with_wasm_modules("// a.wasm\nvar a = __toBinary(\"A\");\n\n// b.bin\nvar b = "
                        "__toBinary(\"B\");\n\n// c.wasm\nvar c = __toBinary(\"C\");\n"),
      "// a.wasm\nvar a = new WebAssembly.Module(__toBinary(\"A\"));\n\n// b.bin\nvar b = "
      "__toBinary(\"B\");\n\n// c.wasm\nvar c = new WebAssembly.Module(__toBinary(\"C\"));\n");
}

}  // namespace
}  // namespace wws::bundler
