// Loads every worker of a site without serving it, for whoever only wants to know what is wrong.
#pragma once

#include <vector>

#include "server/server.h"

namespace wws::server {

// Compiles each worker and runs its top-level code, on the calling thread; what failed, in the
// order of the routes. Errors: of the loop itself.
[[nodiscard]] Result<std::vector<LoadFailure>> check_workers(const Shared& shared);

}  // namespace wws::server
