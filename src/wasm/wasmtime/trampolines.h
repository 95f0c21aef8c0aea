// The C functions through which guests reach the host.
#pragma once

#include <wasmtime.h>

#include "base/result.h"

namespace wws::wasm {

// Every import of every program: `import` is its BoundImport, the store's data is its Instance.
wasm_trap_t* call_host(void* import, wasmtime_caller_t* caller, wasmtime_val_raw_t* values,
                       std::size_t count) noexcept;
// Defines the function that suspends the fiber it is called on until the instance's operation is
// done.
[[nodiscard]] Result<void> define_wait(wasmtime_linker_t* linker);

}  // namespace wws::wasm
