// Nearest: what a user most likely meant by a misspelt word.
#pragma once

#include <span>
#include <string_view>

namespace wws::config {

// The known word with the fewest edits (insert, delete, replace, swap neighbours) from `word`;
// empty when none is near: more than a third of its letters, or more than three, would have to
// change.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace wws::config
