// Request paths to paths below a folder, without looking at the folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wws::http {

// "/a%20b//c.txt" -> "a b/c.txt"; "" for the root. A name is the bytes that it has on disk, in
// whatever encoding. Nothing for what no file may be served for: malformed escapes, encoded
// slashes, NUL, segments that begin with a dot, but for a first ".well-known" (RFC 8615), and the
// site's own rules, "_headers" and "_redirects" at the root.
[[nodiscard]] std::optional<std::string> to_file_path(std::string_view raw_path);

}  // namespace wws::http
