// Awaits a guest call that did not end within its first slice, no longer than until a deadline.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>

#include "io/task.h"
#include "wasm/runtime.h"

namespace wws::abi {

using Deadline = std::chrono::steady_clock::time_point;

// When a request that began now must have ended; Deadline::max() for a limit of 0.
[[nodiscard]] Deadline deadline_after(std::chrono::milliseconds wall);

// Past the deadline the call ends with TimedOut. `lease` must have a call under way.
Task<Result<wasm::Value>> resume_until(boost::asio::any_io_executor loop, wasm::Lease& lease,
                                       Deadline deadline);

}  // namespace wws::abi
