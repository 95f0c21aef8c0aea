// Which of a project's files are no workers but parts of others.
#pragma once

#include <string>
#include <vector>

#include "config/project.h"

namespace wws::bundler {

// The files of the project, relative, that another one imports and that handle no requests
// themselves: no `export default` and no addEventListener. Reads every script.
[[nodiscard]] std::vector<std::string> libraries_of(const config::Project& project);

}  // namespace wws::bundler
