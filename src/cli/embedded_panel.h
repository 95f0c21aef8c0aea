// The panel's files that the build put into this program, and the API's openapi.json.
#pragma once

#include <span>

#include "admin/admin.h"

namespace wws::cli {

// They live as long as the program.
[[nodiscard]] std::span<const admin::StaticFile> embedded_panel();

}  // namespace wws::cli
