#include "router/rule_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "router/router.h"

namespace wws::router {
namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_name(std::string_view text) noexcept {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) && std::ranges::all_of(text, [letter](char c) {
    return letter(c) || (c >= '0' && c <= '9');
  });
}

}  // namespace

std::optional<std::string> comparable_path(std::string_view raw_path) {
  const std::string normal = normalize_path(raw_path);
  std::string out;
  out.reserve(normal.size());
  for (std::size_t i = 0; i < normal.size(); ++i) {
    if (normal[i] != '%') {
      out += normal[i];
      continue;
    }
    const int high = i + 2 < normal.size() ? hex_digit(normal[i + 1]) : -1;
    const int low = i + 2 < normal.size() ? hex_digit(normal[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    const char c = static_cast<char>(high * 16 + low);
    if (c == '/')
      out += "%2F";
    else
      out += c;
    i += 2;
  }
  return out;
}

std::expected<RulePath, std::string> RulePath::parse(std::string_view text) {
  if (!text.starts_with('/'))
    return std::unexpected(
        fmt::format("'{}' is no path of this site: it must begin with '/'", text));
  const auto path = comparable_path(text);
  if (!path) return std::unexpected(fmt::format("'{}' has a malformed '%' in it", text));
  RulePath rule;
  const auto add = [&rule](Token::Kind kind, std::string_view part) {
    if (kind == Token::Kind::Text && part.empty()) return;
    rule.tokens_.push_back({kind, std::string(part)});
  };
  std::size_t begin = 0;
  bool splat = false;
  for (std::size_t i = 0; i < path->size(); ++i) {
    if ((*path)[i] == '*') {
      if (splat) return std::unexpected(fmt::format("'{}' has more than one '*' in it", text));
      splat = true;
      add(Token::Kind::Text, std::string_view(*path).substr(begin, i - begin));
      add(Token::Kind::Splat, "splat");
      begin = i + 1;
    } else if ((*path)[i] == ':' && (*path)[i - 1] == '/') {
      const auto end = std::min(path->find('/', i), path->size());
      const auto name = std::string_view(*path).substr(i + 1, end - i - 1);
      if (!is_name(name) || name == "splat")
        return std::unexpected(
            fmt::format("':{}' in '{}' is no name: write letters, digits and '_'", name, text));
      if (splat) return std::unexpected(fmt::format("'{}' has a name behind its '*'", text));
      if (rule.captures(name))
        return std::unexpected(fmt::format("':{}' is in '{}' twice", name, text));
      add(Token::Kind::Text, std::string_view(*path).substr(begin, i - begin));
      add(Token::Kind::Name, name);
      begin = end;
      i = end - 1;
    }
  }
  add(Token::Kind::Text, std::string_view(*path).substr(begin));
  return rule;
}

std::optional<std::string_view> RulePath::literal() const noexcept {
  if (tokens_.size() != 1 || tokens_[0].kind != Token::Kind::Text) return std::nullopt;
  return tokens_[0].text;
}

bool RulePath::captures(std::string_view name) const noexcept {
  return std::ranges::any_of(tokens_, [name](const Token& token) {
    return token.kind != Token::Kind::Text && token.text == name;
  });
}

std::optional<Captures> RulePath::match(std::string_view path) const {
  Captures captures;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    switch (token.kind) {
      case Token::Kind::Text: {
        const bool before_last_splat =
            i + 2 == tokens_.size() && tokens_[i + 1].kind == Token::Kind::Splat;
        // "/blog/*" is of "/blog", too.
        if (before_last_splat && token.text.ends_with('/') &&
            path == std::string_view(token.text).substr(0, token.text.size() - 1)) {
          captures.emplace("splat", "");
          return captures;
        }
        if (!path.starts_with(token.text)) return std::nullopt;
        path.remove_prefix(token.text.size());
        break;
      }
      case Token::Kind::Name: {
        const auto end = std::min(path.find('/'), path.size());
        if (end == 0) return std::nullopt;
        captures.emplace(token.text, path.substr(0, end));
        path.remove_prefix(end);
        break;
      }
      case Token::Kind::Splat: {
        // At most one text follows.
        const std::string_view rest =
            i + 1 < tokens_.size() ? std::string_view(tokens_[i + 1].text) : std::string_view();
        if (!path.ends_with(rest)) return std::nullopt;
        captures.emplace("splat", path.substr(0, path.size() - rest.size()));
        return captures;
      }
    }
  }
  if (!path.empty()) return std::nullopt;
  return captures;
}

}  // namespace wws::router
