#include "router/redirects.h"

#include <fmt/format.h>

#include <algorithm>

#include "router/rule_lines.h"

namespace wws::router {
namespace {

constexpr int kStatuses[] = {200, 301, 302, 303, 307, 308, 404};

bool is_url(std::string_view text) noexcept {
  return text.starts_with("https://") || text.starts_with("http://");
}

bool has_bad_character(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\';
  });
}

// A captured text as a part of a path or query: everything but unreserved characters is encoded
// (https://www.rfc-editor.org/rfc/rfc3986#section-2.3), "/" as the capture has it.
void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kKept = "-._~/";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kKept.find(c) != std::string_view::npos)
      out += c;
    else if (text.substr(i).starts_with("%2F"))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
}

// Bytes that no URL may have as they are, of a target as it was written.
void append_written(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80 || c == ' ')
    out += fmt::format("%{:02X}", byte);
  else
    out += c;
}

std::size_t name_length(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[length])) != 0 || text[length] == '_'))
    ++length;
  return length;
}

// Calls `text` with each character of a target that stands for itself and `name` with each name.
template <typename Text, typename Name>
void read_target(std::string_view target, Text text, Name name) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto length = target[i] == ':' ? name_length(target.substr(i + 1)) : 0;
    const bool is_port = length > 0 && target[i + 1] >= '0' && target[i + 1] <= '9';
    if (length == 0 || is_port) {
      text(target[i]);
      continue;
    }
    name(target.substr(i + 1, length));
    i += length;
  }
}

std::expected<void, std::string> check_target(std::string_view to, int status,
                                              const RulePath& from) {
  const bool elsewhere = status >= 300 && status < 400;
  if (!to.starts_with('/') && !(elsewhere && is_url(to)))
    return std::unexpected(
        elsewhere
            ? fmt::format("'{}' is neither a path, which begins with '/', nor a URL", to)
            : fmt::format("'{}' is no path of this site, and with {} it must be one: send the "
                          "client there with 302, or fetch() it in a worker",
                          to, status));
  if (has_bad_character(to)) return std::unexpected(fmt::format("'{}' is no URL", to));
  std::expected<void, std::string> checked;
  read_target(
      to, [](char) {},
      [&](std::string_view name) {
        if (!from.captures(name))
          checked =
              std::unexpected(fmt::format("':{}' is in the target and not in the path", name));
      });
  return checked;
}

}  // namespace

std::expected<Redirects::Rule, std::string> Redirects::parse_rule(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 2)
    return std::unexpected("a rule is a path, where it leads to, and maybe a status");
  if (is_url(words[0])) return std::unexpected("a rule cannot be of one host: begin with the path");
  auto from = RulePath::parse(words[0]);
  if (!from) return std::unexpected(from.error());
  if (!is_url(words[1]) && words[1].find('=') != std::string_view::npos && words.size() > 2 &&
      !words[1].starts_with('/'))
    return std::unexpected("a rule cannot ask for a query: do it in a worker");
  Rule rule{*std::move(from), std::string(words[1]), 302, Order::Fallback};
  if (words.size() > 2) {
    std::string_view status = words[2];
    if (status.ends_with('!')) {
      rule.order = Order::Forced;
      status.remove_suffix(1);
    }
    const auto known = std::ranges::find_if(
        kStatuses, [status](int code) { return fmt::format("{}", code) == status; });
    if (known == std::end(kStatuses))
      return std::unexpected(
          fmt::format("'{}' is no status for a rule: 301, 302, 303, 307, 308, 200 or 404", status));
    rule.status = *known;
  }
  if (words.size() > 3)
    return std::unexpected(
        fmt::format("'{}' is a condition, and rules have none: do it in a worker", words[3]));
  if (auto checked = check_target(rule.to, rule.status, rule.from); !checked)
    return std::unexpected(checked.error());
  if (rule.from.literal() && rule.from.literal() == comparable_path(rule.to))
    return std::unexpected("the rule leads to itself");
  return rule;
}

void Redirects::add(Rule rule) {
  const std::size_t number = rules_.size();
  any_forced_ |= rule.order == Order::Forced;
  if (const auto literal = rule.from.literal())
    literal_[std::string(*literal)].push_back(number);
  else
    patterns_.push_back(number);
  rules_.push_back(std::move(rule));
}

Redirects::Parsed Redirects::parse(std::string_view file, std::string_view text) {
  Parsed parsed;
  each_rule_line(text, [&](int number, std::string_view line) {
    auto rule = parse_rule(line);
    if (rule && parsed.redirects.count() == kMostRules)
      rule = std::unexpected(fmt::format("there are more than {} rules", kMostRules));
    if (rule)
      parsed.redirects.add(*std::move(rule));
    else
      parsed.mistakes.push_back({std::string(file), number, "", rule.error()});
  });
  return parsed;
}

std::optional<Redirection> Redirects::match(std::string_view raw_path, std::string_view query,
                                            Order order) const {
  if (rules_.empty() || (order == Order::Forced && !any_forced_)) return std::nullopt;
  const auto path = comparable_path(raw_path);
  if (!path) return std::nullopt;
  std::optional<std::size_t> first;
  Captures captures;
  if (const auto same = literal_.find(*path); same != literal_.end())
    for (const std::size_t number : same->second)
      if (rules_[number].order == order && !first) first = number;
  for (const std::size_t number : patterns_) {
    if (first && number > *first) break;
    if (rules_[number].order != order) continue;
    auto matched = rules_[number].from.match(*path);
    if (!matched) continue;
    first = number;
    captures = *std::move(matched);
    break;
  }
  if (!first) return std::nullopt;
  const Rule& rule = rules_[*first];
  Redirection redirection{rule.status, {}};
  read_target(
      rule.to, [&](char c) { append_written(redirection.target, c); },
      [&](std::string_view name) {
        append_encoded(redirection.target, captures.find(name)->second);
      });
  if (redirection.elsewhere() && !query.empty() &&
      redirection.target.find('?') == std::string::npos) {
    const auto fragment = std::min(redirection.target.find('#'), redirection.target.size());
    redirection.target.insert(fragment, "?" + std::string(query));
  }
  return redirection;
}

}  // namespace wws::router
