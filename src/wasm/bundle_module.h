// Build time: compiles a module into a bundle that Runtime::load_bundle() takes, in the state that
// it is instantiated with. Runtime::bundle() is for one that has run already.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace wws::wasm {

// Errors: Invalid for what is no module, and, with all reasons, for one that the checker does not
// prove.
[[nodiscard]] Result<std::string> bundle_module(ByteView wasm);

}  // namespace wws::wasm
