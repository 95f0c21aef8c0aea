// What a script's text says about its modules, without running or parsing it in full: enough to
// tell a worker that stands alone from one that has to be bundled. Pure.
//
// The text is cut into tokens as ECMA-262 has them (comments, strings, templates and regular
// expressions are stepped over). Where that fails, the text counts as one with imports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wws::bundler {

struct ModuleOutline {
  bool imports = false;                 // an import or `export ... from`, or import()
  bool handles = false;                 // `export default`, `as default`, or addEventListener(
  std::vector<std::string> specifiers;  // of imports whose name is a literal
};

[[nodiscard]] ModuleOutline outline_of(std::string_view source);

// Whether a worker's file cannot be given to the engine as it is: TypeScript, JSX, or imports.
[[nodiscard]] bool needs_bundling(std::string_view file_name, std::string_view source);

}  // namespace wws::bundler
