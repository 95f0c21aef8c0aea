// Which file names change whenever their content does, as bundlers write them.
#pragma once

#include <string_view>

namespace wws::http {

// Whether the name holds a hash of the content: "app.3f2a9c1b.js", "assets/index-BxY12abc.css".
// What has such a name may be kept for ever. Names that may as well be words are not counted: a
// part between '.', '-' and '_' counts when it is hexadecimal of 8 to 64 digits with letters among
// them, or, in a folder that bundlers write ("assets", "_astro", "immutable", "chunks"), of exactly
// 8 characters of base64url with a digit or an inner capital among them.
[[nodiscard]] bool is_named_by_content(std::string_view path) noexcept;

}  // namespace wws::http
