#include "router/pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace wws::router {
namespace {

// Letters of any script: whatever is not ASCII counts as one.
bool is_word(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

std::vector<std::string_view> components(std::string_view file) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= file.size();) {
    const std::size_t end = std::min(file.find('/', at), file.size());
    if (end > at) parts.push_back(file.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string_view without_extension(std::string_view name) noexcept {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

std::expected<Segment, std::string> parse_segment(std::string_view text) {
  if (text.find('[') == std::string_view::npos)
    return Segment{RouteKind::Static, std::string(text)};
  const bool tail = text.starts_with("[...");
  const std::size_t lead = tail ? 4 : 1;
  if (text.front() != '[' || text.back() != ']' || text.size() < lead + 1)
    return std::unexpected(fmt::format(
        "'{}' is no route: a parameter is a whole part of the path, '[name]' or '[...name]'",
        text));
  const std::string_view name = text.substr(lead, text.size() - lead - 1);
  if (!is_word(name))
    return std::unexpected(fmt::format(
        "'{}' is no route: a parameter's name is made of letters, digits and '_'", text));
  return Segment{tail ? RouteKind::Tail : RouteKind::Dynamic, std::string(name)};
}

// What no single segment can tell: a catch-all that is not the end, a name used twice.
std::optional<std::string> fault_of(const Pattern& pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const Segment& segment = pattern[i];
    if (segment.kind == RouteKind::Static) continue;
    if (segment.kind == RouteKind::Tail && i + 1 < pattern.size())
      return fmt::format("the catch-all '[...{}]' must be the last part of the path", segment.text);
    const bool twice = std::any_of(
        pattern.begin(), pattern.begin() + static_cast<long>(i), [&](const Segment& other) {
          return other.kind != RouteKind::Static && other.text == segment.text;
        });
    if (twice) return fmt::format("the parameter '{}' is there twice: rename one", segment.text);
  }
  return std::nullopt;
}

}  // namespace

std::expected<Pattern, std::string> parse_pattern(std::string_view file) {
  if (!is_utf8(file))
    return std::unexpected("the name is not UTF-8, so no request can reach it: rename the file");
  std::vector<std::string_view> parts = components(file);
  if (!parts.empty()) parts.back() = without_extension(parts.back());
  Pattern pattern;
  for (const std::string_view part : parts) {
    if (part == "index") continue;
    if (part == "." || part == "..")
      return std::unexpected(fmt::format("'{}' cannot be a part of a path: rename the file", part));
    auto segment = parse_segment(part);
    if (!segment) return std::unexpected(std::move(segment).error());
    pattern.push_back(*std::move(segment));
  }
  if (auto fault = fault_of(pattern)) return std::unexpected(*std::move(fault));
  return pattern;
}

RouteKind kind_of(const Pattern& pattern) noexcept {
  RouteKind kind = RouteKind::Static;
  for (const Segment& segment : pattern) kind = std::max(kind, segment.kind);
  return kind;
}

std::string to_path(const Pattern& pattern) {
  std::string path;
  for (const Segment& segment : pattern) {
    path += '/';
    if (segment.kind == RouteKind::Static) path += segment.text;
    if (segment.kind == RouteKind::Dynamic) path += '[' + segment.text + ']';
    if (segment.kind == RouteKind::Tail) path += "[..." + segment.text + ']';
  }
  return path;
}

std::string shape_of(const Pattern& pattern) {
  Pattern nameless = pattern;
  for (Segment& segment : nameless)
    if (segment.kind != RouteKind::Static) segment.text.clear();
  return to_path(nameless);
}

int compare(const Pattern& a, const Pattern& b) noexcept {
  const RouteKind kind = kind_of(a);
  if (kind != kind_of(b)) return kind < kind_of(b) ? -1 : 1;
  if (a.size() != b.size()) return (a.size() < b.size()) == (kind != RouteKind::Tail) ? -1 : 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].kind != b[i].kind) return a[i].kind < b[i].kind ? -1 : 1;
    if (const int order = a[i].text.compare(b[i].text)) return order;
  }
  return 0;
}

}  // namespace wws::router
