// Content types by file name.
#pragma once

#include <string_view>

namespace wws::http {

// By the name's extension, case ignored, with a charset for text; "application/octet-stream" when
// it is unknown. A static string.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace wws::http
