// What a loaded program costs.
#pragma once

#include <cstdint>

#include "wasm/runtime.h"

namespace wws::wasm {

// Roughly the bytes that `program` takes while it is held: code, base image, and what the runtime
// keeps about it. Not those of its instances.
[[nodiscard]] std::uint64_t memory_bytes_of(const Program& program);

}  // namespace wws::wasm
