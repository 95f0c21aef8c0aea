// Glob: one `--ignore` pattern over paths relative to the project.
//
// `*` (and `$`) any characters of one component, `?` one character, `**` any number of components,
// `{a,b}` alternatives, `[a-z]` and `[!a-z]` classes, `\` takes the next character as it is. A
// whole path must match, case included. Matching takes time linear in the path for each
// alternative's star: no pattern makes it explode.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wws::config {

class Glob final {
 public:
  // Errors: Invalid, for a pattern that cannot be read, and one of more than 256 alternatives.
  [[nodiscard]] static Result<Glob> create(std::string_view pattern);

  // `path` has '/' between its components and none at its ends.
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  struct Token {
    enum class Kind : std::uint8_t { Character, AnyCharacter, Star, Class };
    Kind kind;
    char32_t character = 0;
    bool negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends included

    [[nodiscard]] bool matches(char32_t c) const noexcept;
  };
  struct Component {
    bool tree = false;  // "**"
    std::vector<Token> tokens;

    [[nodiscard]] bool matches(std::u32string_view name) const noexcept;
  };
  using Alternative = std::vector<Component>;

  static Result<Alternative> parse_alternative(std::u32string_view pattern);
  static Result<Component> parse_component(std::u32string_view text);
  static Result<Token> parse_class(std::u32string_view text, std::size_t& at);

  std::vector<Alternative> alternatives_;
};

}  // namespace wws::config
