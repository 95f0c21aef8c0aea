// Dates of HTTP: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wws::http {

// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string format_http_date(std::chrono::sys_seconds time);
// All three forms, also the two obsolete ones. `now` decides the century of a two-digit year: the
// date is not more than 50 years ahead. Nothing for what is no date.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text,
                                                                      std::chrono::sys_seconds now);

}  // namespace wws::http
