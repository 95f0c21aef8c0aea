// Optional whitespace around parts of a field's value:
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.3
#pragma once

#include <string_view>

namespace wws::http {

// Without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace wws::http
