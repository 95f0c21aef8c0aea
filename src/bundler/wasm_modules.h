// `.wasm` files that a script imports, as modules. Private to the room. Pure.
//
// esbuild gives a file of bytes as `__toBinary("...")`, a Uint8Array. The import of a .wasm file is
// a WebAssembly.Module, as it is for Cloudflare's workers (and as the proposal for source phase
// imports has it); `import bytes from "./a.wasm?bytes"` is the way to the bytes.
#pragma once

#include <string>
#include <string_view>

namespace wws::bundler {

// What esbuild made, not minified: "// path" stands above the code of each file. Lines stay where
// they are, so that the source map fits.
[[nodiscard]] std::string with_wasm_modules(std::string_view code);

}  // namespace wws::bundler
