// `wws` and `wws dev`: serves a project until it is told to stop.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"

namespace wws::cli {

// What this process was started as.
struct Program {
  std::string path;  // of the file, as it was then
  std::vector<std::string> arguments;
};

// The exit code.
[[nodiscard]] int serve(const Options& flags, const Program& program);

}  // namespace wws::cli
