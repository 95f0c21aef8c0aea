// The bounds of wws.toml and --bound in the terms of the rooms that hold them.
#pragma once

#include "base/result.h"
#include "config/bounds.h"
#include "http/listener.h"
#include "wasm/runtime.h"

namespace wws::cli {

[[nodiscard]] http::ConnectionLimits connection_limits(const config::Bounds& bounds);

// Of one of so many loops, each of which has one instance at least. Errors: Invalid, for more
// instances than there can be.
[[nodiscard]] Result<wasm::PoolOptions> pool_options(const config::Bounds& bounds, unsigned loops);

}  // namespace wws::cli
