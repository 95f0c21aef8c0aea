// What a worker's file name says about the paths it answers. Private to the room.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "router/router.h"

namespace wws::router {

struct Segment {
  RouteKind kind;
  std::string text;  // the literal as it is on disk, or the parameter's name
};
using Pattern = std::vector<Segment>;

// "api/[id]/index.js" -> api, [id]. The error says what is wrong with the name and the way out.
[[nodiscard]] std::expected<Pattern, std::string> parse_pattern(std::string_view file);
// The most general kind among the segments; Static for none.
[[nodiscard]] RouteKind kind_of(const Pattern& pattern) noexcept;
// "/api/[id]"; "" for none.
[[nodiscard]] std::string to_path(const Pattern& pattern);
// The path without the parameters' names: patterns of one shape answer the same requests.
[[nodiscard]] std::string shape_of(const Pattern& pattern);
// Negative when `a` is tried before `b`, 0 when they are equal.
[[nodiscard]] int compare(const Pattern& a, const Pattern& b) noexcept;

}  // namespace wws::router
