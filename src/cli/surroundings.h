// What the program finds around it, for each of its commands. Linked into the program alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/options.h"
#include "cli/project_place.h"

namespace wws::cli {

// A variable of the process's environment.
[[nodiscard]] std::optional<std::string> environment(std::string_view name);
// $XDG_CACHE_HOME/wws or ~/.cache/wws; nothing where neither is an absolute path
// (https://specifications.freedesktop.org/basedir-spec/latest/).
[[nodiscard]] std::optional<std::filesystem::path> cache_folder();
// Fetches a git repository, if the project is one, and tells the user how far that is.
[[nodiscard]] Result<ProjectPlace> find_project(const Options& options);
// Tells the user why the program ends; its exit code.
int fail_with(std::string_view what);

}  // namespace wws::cli
