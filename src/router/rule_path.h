// The paths of rules in `_redirects` and `_headers`: "/blog/*", "/news/:year/post". Private to the
// room.
//
// ":name" stands for one segment, "*" for any text, also none and with slashes in it; what stands
// for something is a capture, "*" by the name "splat". "/blog/*" is of "/blog", too. Paths are
// compared decoded but for an encoded slash, without repeated or trailing slashes.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wws::router {

// Decoded, by name.
using Captures = std::map<std::string, std::string, std::less<>>;

class RulePath {
 public:
  // The error says what is wrong with the path and the way out.
  [[nodiscard]] static std::expected<RulePath, std::string> parse(std::string_view text);

  // `path` as comparable_path() gives it.
  [[nodiscard]] std::optional<Captures> match(std::string_view path) const;
  // The path, when it stands for itself alone.
  [[nodiscard]] std::optional<std::string_view> literal() const noexcept;
  // Whether it captures something of this name.
  [[nodiscard]] bool captures(std::string_view name) const noexcept;

 private:
  struct Token {
    enum class Kind : unsigned char { Text, Name, Splat } kind;
    std::string text;
  };

  std::vector<Token> tokens_;
};

// A raw path as rules compare it; nothing where an escape is malformed.
[[nodiscard]] std::optional<std::string> comparable_path(std::string_view raw_path);

}  // namespace wws::router
