// The query of a request's target: "after=7&contains=a+b".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::admin {

// The first value of that name, decoded as a form's (https://url.spec.whatwg.org/
// #urlencoded-parsing); "" where there is none.
[[nodiscard]] std::string query_text(std::string_view query, std::string_view name);
// A number not over `most`; `otherwise` where there is none. Errors: Invalid, naming it.
[[nodiscard]] Result<std::uint64_t> query_number(std::string_view query, std::string_view name,
                                                 std::uint64_t otherwise, std::uint64_t most);

}  // namespace wws::admin
