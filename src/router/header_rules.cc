#include "router/header_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "router/rule_lines.h"

namespace wws::router {
namespace {

// Of the connection or of the bytes that are sent, which the server alone knows.
constexpr std::string_view kServersOwn[] = {
    "connection", "content-encoding", "content-length",    "content-range",
    "date",       "keep-alive",       "transfer-encoding", "upgrade",
};

bool is_servers_own(std::string_view name) noexcept {
  return std::ranges::any_of(
      kServersOwn, [name](std::string_view own) { return http::equals_ignoring_case(name, own); });
}

std::expected<std::string, std::string> parse_name(std::string_view text) {
  if (!http::is_token(text))
    return std::unexpected(fmt::format("'{}' is no name of a header", text));
  if (is_servers_own(text))
    return std::unexpected(fmt::format("'{}' is the server's own and cannot be changed", text));
  return std::string(text);
}

std::expected<http::Header, std::string> parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return std::unexpected(fmt::format("'{}' is no header: write \"Name: value\"", line));
  auto name = parse_name(trimmed(line.substr(0, colon)));
  if (!name) return std::unexpected(name.error());
  const auto value = trimmed(line.substr(colon + 1));
  if (!http::is_field_value(value))
    return std::unexpected(fmt::format("the value of '{}' has a control character in it", *name));
  return http::Header{*std::move(name), std::string(value)};
}

}  // namespace

HeaderRules::Parsed HeaderRules::parse(std::string_view file, std::string_view text) {
  Parsed parsed;
  auto& rules = parsed.rules.rules_;
  bool in_rule = false;  // a path that is a mistake takes its fields along
  bool in_mistake = false;
  const auto mistake = [&](int number, std::string what) {
    parsed.mistakes.push_back({std::string(file), number, "", std::move(what)});
  };
  each_rule_line(text, [&](int number, std::string_view line) {
    if (line.front() != ' ' && line.front() != '\t') {
      auto path = RulePath::parse(line);
      if (path && rules.size() == kMostRules)
        path = std::unexpected(fmt::format("there are more than {} rules", kMostRules));
      in_mistake = !path;
      in_rule = path.has_value();
      if (path)
        rules.push_back({*std::move(path), {}, {}});
      else
        mistake(number, path.error());
      return;
    }
    if (in_mistake) return;
    if (!in_rule) return mistake(number, "a header stands below the path that it is for");
    const auto content = trimmed(line);
    if (content.starts_with('!')) {
      auto name = parse_name(trimmed(content.substr(1)));
      if (!name) return mistake(number, name.error());
      rules.back().removed.push_back(*std::move(name));
      return;
    }
    auto field = parse_field(content);
    if (!field) return mistake(number, field.error());
    rules.back().added.push_back(*std::move(field));
  });
  return parsed;
}

void HeaderRules::apply(std::string_view raw_path, http::Headers& fields) const {
  if (rules_.empty()) return;
  const auto path = comparable_path(raw_path);
  if (!path) return;
  std::vector<http::Header> added;
  for (const Rule& rule : rules_) {
    if (!rule.path.match(*path)) continue;
    for (const std::string& name : rule.removed) {
      fields.remove(name);
      std::erase_if(added, [&](const http::Header& field) {
        return http::equals_ignoring_case(field.name, name);
      });
    }
    for (const http::Header& field : rule.added) {
      const auto same = std::ranges::find_if(added, [&](const http::Header& other) {
        return http::equals_ignoring_case(field.name, other.name);
      });
      // Cookies cannot be joined: https://www.rfc-editor.org/rfc/rfc6265#section-3
      if (same == added.end() || http::equals_ignoring_case(field.name, "set-cookie"))
        added.push_back(field);
      else
        same->value += ", " + field.value;
    }
  }
  for (const http::Header& field : added) {
    // Whoever may be told another answer is not for a rule to say alone.
    if (!http::equals_ignoring_case(field.name, "vary") &&
        !http::equals_ignoring_case(field.name, "set-cookie"))
      fields.remove(field.name);
  }
  for (http::Header& field : added) fields.add(std::move(field.name), std::move(field.value));
}

}  // namespace wws::router
