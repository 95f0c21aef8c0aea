// Conditional requests: https://www.rfc-editor.org/rfc/rfc9110#section-13
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

using HeaderFields = std::span<const Header>;

// What identifies the state of a representation.
struct Validators {
  std::string etag;  // strong, with its quotes
  std::chrono::sys_seconds modified;
};

enum class Verdict : unsigned char { Proceed, NotModified, PreconditionFailed };

// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since of a GET or HEAD in
// the order of section 13.2.2. Malformed dates do not count; a malformed list matches nothing.
[[nodiscard]] Verdict evaluate_conditions(HeaderFields headers, const Validators& validators,
                                          std::chrono::sys_seconds now);
// Whether Range counts: no If-Range, or one that holds. A weak tag never does, and a date only when
// the file did not change in the present second.
[[nodiscard]] bool if_range_holds(HeaderFields headers, const Validators& validators,
                                  std::chrono::sys_seconds now);
// The field's value, its lines joined by ", ".
[[nodiscard]] std::optional<std::string> joined_field(HeaderFields headers, std::string_view name);

}  // namespace wws::http
