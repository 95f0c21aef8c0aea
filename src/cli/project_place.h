// Where the project is: the folder that the command line names, or one that git brings.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "git/checkout.h"

namespace wws::cli {

struct ProjectPlace {
  std::filesystem::path folder;
  // Keeps a git repository's files while they are served.
  std::unique_ptr<git::Checkout> checkout;
  std::vector<std::string> warnings;
};

// Errors: Invalid for an address that cannot be served and for git flags without one, NotFound for
// a cache folder that nothing names, and those of git::Checkout. `cache` is the user's cache folder
// for wws. `say` gets what the user waits for, a line at a time.
[[nodiscard]] Result<ProjectPlace> find_project(const Options& options,
                                                const std::optional<std::filesystem::path>& cache,
                                                const std::function<void(const std::string&)>& say,
                                                const git::Reporter& report);

}  // namespace wws::cli
