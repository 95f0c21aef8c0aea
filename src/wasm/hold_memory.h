// Room for what guests have answered and clients have not taken yet.
#pragma once

#include <chrono>

#include "wasm/memory_budget.h"
#include "wasm/runtime.h"

namespace wws::wasm {

// Counts `bytes` of an answer as written by guests (wasm/memory_budget.h); for one whose client may
// take long, before its lease ends. Waits as InstancePool::acquire does, no longer than until
// `deadline`, and no longer than `gone` is false. Errors: Exhausted, clients have not taken what
// others answered; Gone. The pool's runtime outlives what is held.
[[nodiscard]] Task<Result<HeldMemory>> hold_memory(InstancePool& pool, std::uint64_t bytes,
                                                   std::chrono::steady_clock::time_point deadline,
                                                   const bool& gone);
// The same when no waiting is needed; nothing when it is.
[[nodiscard]] std::optional<HeldMemory> try_hold_memory(InstancePool& pool, std::uint64_t bytes);

}  // namespace wws::wasm
