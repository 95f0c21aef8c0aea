#include "config/glob.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace wws::config {
namespace {

constexpr std::size_t kMostAlternatives = 256;
constexpr char32_t kInvalidByte = 0x110000;  // what is not UTF-8 keeps its bytes, above all text

// UTF-8 to characters; every byte that is not UTF-8 becomes one of its own.
std::u32string decode(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc0 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                                             : 4;
    const bool whole = length > 0 && length <= text.size() - at && is_utf8(text.substr(at, length));
    char32_t c = length <= 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t i = 1; whole && i < length; ++i)
      c = (c << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
    out.push_back(whole ? c : kInvalidByte + lead);
    at += whole ? length : 1;
  }
  return out;
}

template <typename Text>
std::vector<Text> split(Text text, typename Text::value_type separator) {
  std::vector<Text> parts;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != separator) continue;
    parts.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

// Past the class that begins at `at`; npos when it is not closed.
std::size_t find_class_end(std::u32string_view pattern, std::size_t at) noexcept {
  for (std::size_t i = at + 1; i < pattern.size(); ++i) {
    if (pattern[i] == U']') return i + 1;
    if (pattern[i] == U'\\') ++i;
  }
  return std::u32string_view::npos;
}

// Past the character at `at`: an escape is two, a class is all of it.
std::size_t next_of(std::u32string_view pattern, std::size_t at) noexcept {
  if (pattern[at] == U'\\') return std::min(at + 2, pattern.size());
  if (pattern[at] != U'[') return at + 1;
  return std::min(find_class_end(pattern, at), pattern.size());
}

struct Braces {
  std::size_t open;
  std::size_t close;
  std::vector<std::u32string_view> choices;
};

// The first outermost pair of braces; open == npos when there is none.
Result<Braces> find_braces(std::u32string_view pattern) {
  Braces found{std::u32string_view::npos, 0, {}};
  std::size_t depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < pattern.size(); at = next_of(pattern, at)) {
    const char32_t c = pattern[at];
    if (c == U'{' && depth++ == 0) {
      found.open = at;
      start = at + 1;
    }
    if (c == U'}' && depth == 0) return fail(ErrorKind::Invalid, "'}' has no '{'");
    const bool ends = (c == U',' && depth == 1) || (c == U'}' && depth == 1);
    if (ends) found.choices.push_back(pattern.substr(start, at - start));
    if (ends) start = at + 1;
    if (c == U'}' && --depth == 0) {
      found.close = at;
      return found;
    }
  }
  if (depth > 0) return fail(ErrorKind::Invalid, "'{' is not closed");
  return found;
}

// Writes `pattern` without braces, once for each combination of choices.
Result<std::vector<std::u32string>> expand(std::u32string pattern) {
  std::vector<std::u32string> open = {std::move(pattern)};
  std::vector<std::u32string> done;
  while (!open.empty()) {
    const std::u32string current = std::move(open.back());
    open.pop_back();
    WWS_TRY(const Braces braces, find_braces(current));
    if (braces.open == std::u32string_view::npos) {
      done.push_back(current);
    } else {
      for (const std::u32string_view choice : braces.choices)
        open.push_back(current.substr(0, braces.open) + std::u32string(choice) +
                       current.substr(braces.close + 1));
    }
    if (open.size() + done.size() > kMostAlternatives)
      return fail(ErrorKind::Invalid,
                  fmt::format("it has more than {} alternatives", kMostAlternatives));
  }
  return done;
}

}  // namespace

bool Glob::Token::matches(char32_t c) const noexcept {
  if (kind == Kind::AnyCharacter) return true;
  if (kind == Kind::Character) return c == character;
  const bool inside = std::ranges::any_of(
      ranges, [&](const auto& range) { return range.first <= c && c <= range.second; });
  return kind == Kind::Class && inside != negated;
}

// Only the last star is ever lengthened: what an earlier one could take, the last one can as well.
bool Glob::Component::matches(std::u32string_view name) const noexcept {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t token = 0;
  std::size_t at = 0;
  std::size_t star = kNone;
  std::size_t star_end = 0;
  while (at < name.size()) {
    if (token < tokens.size() && tokens[token].kind == Token::Kind::Star) {
      star = token++;
      star_end = at;
    } else if (token < tokens.size() && tokens[token].matches(name[at])) {
      ++token;
      ++at;
    } else if (star != kNone) {
      token = star + 1;
      at = ++star_end;
    } else {
      return false;
    }
  }
  return std::all_of(tokens.begin() + static_cast<std::ptrdiff_t>(token), tokens.end(),
                     [](const Token& rest) { return rest.kind == Token::Kind::Star; });
}

Result<Glob::Token> Glob::parse_class(std::u32string_view text, std::size_t& at) {
  Token token{Token::Kind::Class, 0, false, {}};
  const std::size_t end = find_class_end(text, at);
  if (end == std::u32string_view::npos || end - at < 3)
    return fail(ErrorKind::Invalid, "'[' needs characters and a ']'");
  std::u32string_view inside = text.substr(at + 1, end - at - 2);
  at = end;
  token.negated = inside.front() == U'!' || inside.front() == U'^';
  if (token.negated) inside.remove_prefix(1);
  const auto take = [&](std::size_t& i) {
    if (inside[i] == U'\\' && i + 1 < inside.size()) ++i;
    return inside[i++];
  };
  for (std::size_t i = 0; i < inside.size();) {
    const char32_t first = take(i);
    char32_t last = first;
    if (i + 1 < inside.size() && inside[i] == U'-') last = take(++i);
    if (last < first) return fail(ErrorKind::Invalid, "a class's range goes backwards");
    token.ranges.emplace_back(first, last);
  }
  if (token.ranges.empty()) return fail(ErrorKind::Invalid, "a class is empty");
  return token;
}

Result<Glob::Component> Glob::parse_component(std::u32string_view text) {
  if (text == U"**") return Component{true, {}};
  Component component;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text[at];
    const bool second_star = c == U'*' && at + 1 < text.size() && text[at + 1] == U'*';
    if (second_star) return fail(ErrorKind::Invalid, "'**' must be a component of its own");
    if (c == U'<' || c == U'>' || (c == U'(' && text.substr(at).starts_with(U"(?")))
      return fail(ErrorKind::Invalid, "repetitions and flags are not supported");
    if (c == U'[') {
      WWS_TRY(Token token, parse_class(text, at));
      component.tokens.push_back(std::move(token));
      continue;
    }
    if (c == U']') return fail(ErrorKind::Invalid, "']' has no '['");
    if (c == U'\\' && ++at == text.size()) return fail(ErrorKind::Invalid, "'\\' ends it");
    const bool literal = c != U'*' && c != U'$' && c != U'?';
    using Kind = Token::Kind;
    component.tokens.push_back({literal     ? Kind::Character
                                : c == U'?' ? Kind::AnyCharacter
                                            : Kind::Star,
                                text[at],
                                false,
                                {}});
    ++at;
  }
  return component;
}

Result<Glob::Alternative> Glob::parse_alternative(std::u32string_view pattern) {
  if (pattern.starts_with(U"./")) pattern.remove_prefix(2);
  if (pattern.ends_with(U'/')) pattern.remove_suffix(1);
  Alternative alternative;
  for (const std::u32string_view part : split(pattern, U'/')) {
    if (part.empty() || part == U"." || part == U"..")
      return fail(ErrorKind::Invalid, "it must be relative to the project, without '.' and '..'");
    WWS_TRY(Component component, parse_component(part));
    const bool repeated = component.tree && !alternative.empty() && alternative.back().tree;
    if (!repeated) alternative.push_back(std::move(component));
  }
  return alternative;
}

Result<Glob> Glob::create(std::string_view pattern) {
  const auto bad = [&](Error error) {
    return fail(std::move(error).with_context(fmt::format("bad pattern '{}'", pattern)));
  };
  auto expanded = expand(decode(pattern));
  if (!expanded) return bad(std::move(expanded).error());
  Glob glob;
  for (const std::u32string& text : *expanded) {
    auto alternative = parse_alternative(text);
    if (!alternative) return bad(std::move(alternative).error());
    glob.alternatives_.push_back(*std::move(alternative));
  }
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const std::u32string decoded = decode(path);
  const std::vector<std::u32string_view> names = split(std::u32string_view(decoded), U'/');
  // reached[n]: the components so far match the first n names.
  return std::ranges::any_of(alternatives_, [&](const Alternative& alternative) {
    std::vector<char> reached(names.size() + 1, 0);
    reached[0] = 1;
    for (const Component& component : alternative) {
      std::vector<char> next(names.size() + 1, 0);
      for (std::size_t n = 0; n <= names.size(); ++n) {
        if (component.tree)
          next[n] = reached[n] || (n > 0 && next[n - 1]);
        else if (n > 0 && reached[n - 1])
          next[n] = component.matches(names[n - 1]);
      }
      reached = std::move(next);
    }
    return reached.back() != 0;
  });
}

}  // namespace wws::config
