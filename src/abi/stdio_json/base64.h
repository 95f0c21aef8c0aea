// Base64 with the standard alphabet and padding (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wws::abi::stdio_json {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
// Nothing when it is not base64, or lacks its padding.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace wws::abi::stdio_json
