// What targets read their bytes with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace wws::fuzz {

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(data), size};
}

// The text up to `mark`; `rest` becomes what stands behind it.
[[nodiscard]] inline std::string_view take(std::string_view& rest, char mark) noexcept {
  const std::size_t end = std::min(rest.find(mark), rest.size());
  const std::string_view first = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return first;
}

}  // namespace wws::fuzz
