// The licences and notices of everything inside this program (tools/licenses/), put in by the
// build.
#pragma once

#include <string_view>

namespace wws::cli {

// Lives as long as the program.
[[nodiscard]] std::string_view embedded_licenses() noexcept;

}  // namespace wws::cli
