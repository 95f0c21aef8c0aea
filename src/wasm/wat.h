// The WebAssembly text format, for tests and build tools.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::wasm {

// The module in binary form. Errors: Invalid, with line and column.
[[nodiscard]] Result<std::string> wat_to_wasm(std::string_view text);

}  // namespace wws::wasm
