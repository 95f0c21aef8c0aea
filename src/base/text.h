// Text that comes from outside: whether it is UTF-8, and percent-decoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wws {

// Whether every byte belongs to a well-formed sequence (RFC 3629 section 4: no overlong forms, no
// surrogates, nothing over U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

// RFC 3986 section 2.1; nothing where an escape is malformed. '+' is no space. The result may hold
// any byte, NUL too, and need not be UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
// The same, appended to `out`; false (and a part appended) where an escape is malformed.
[[nodiscard]] bool append_percent_decoded(std::string& out, std::string_view text);

}  // namespace wws
