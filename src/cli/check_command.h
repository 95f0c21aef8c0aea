// `wws check`: loads every worker of a project and tells what is wrong, without serving.
#pragma once

#include "cli/options.h"

namespace wws::cli {

// The exit code: 1 if there is a mistake.
[[nodiscard]] int check(const Options& flags);

}  // namespace wws::cli
