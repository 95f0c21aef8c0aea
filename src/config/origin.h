// Origins of web pages: https://fetch.spec.whatwg.org/#origin-header
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wws::config {

// "https://example.com:8443" in the form in which browsers send it: lower case, without a scheme's
// own port. "*" stays. Nothing for what no browser sends: a path, a list, a name without a scheme.
[[nodiscard]] std::optional<std::string> parse_origin(std::string_view text);

}  // namespace wws::config
