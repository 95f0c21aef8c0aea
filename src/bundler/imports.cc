#include "bundler/imports.h"

#include <algorithm>
#include <array>

namespace wws::bundler {
namespace {

bool is_word_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '#' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) noexcept { return is_word_start(c) || (c >= '0' && c <= '9'); }

enum class Kind : unsigned char { End, Word, Text, Mark, Broken };

struct Token {
  Kind kind = Kind::End;
  std::string_view text;  // of a string without its quotes
};

// Keywords after which a '/' begins a regular expression.
constexpr auto kBeforeRegex =
    std::to_array<std::string_view>({"return", "typeof", "case", "in", "of", "do", "else", "void",
                                     "delete", "throw", "new", "instanceof", "await", "yield"});

class Lexer {
 public:
  explicit Lexer(std::string_view source) noexcept : source_(source) {}

  Token next() {
    if (!skip_blanks()) return {Kind::Broken, {}};
    if (at_ == source_.size()) return {Kind::End, {}};
    const std::size_t begin = at_;
    const char c = source_[at_];
    if (is_word(c)) {
      while (at_ < source_.size() && is_word(source_[at_])) ++at_;
      return remember({Kind::Word, source_.substr(begin, at_ - begin)});
    }
    if (c == '"' || c == '\'') return quoted(c);
    if (c == '`') return template_part();
    if (c == '/' && regex_may_begin()) return regex();
    ++at_;
    if (c == '{') braces_.push_back(false);
    if (c == '}' && !braces_.empty()) {
      const bool in_template = braces_.back();
      braces_.pop_back();
      if (in_template) return template_rest();
    }
    return remember({Kind::Mark, source_.substr(begin, 1)});
  }

 private:
  Token remember(Token token) noexcept { return last_ = token; }
  static Token broken() noexcept { return {Kind::Broken, {}}; }

  // False at a comment without an end.
  bool skip_blanks() noexcept {
    while (at_ < source_.size()) {
      const std::string_view rest = source_.substr(at_);
      if (rest.front() == ' ' || (rest.front() >= '\t' && rest.front() <= '\r')) {
        ++at_;
      } else if (rest.starts_with("//") || (at_ == 0 && rest.starts_with("#!"))) {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (rest.starts_with("/*")) {
        const auto end = source_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return true;
  }

  Token quoted(char quote) noexcept {
    const std::size_t begin = ++at_;
    for (; at_ < source_.size() && source_[at_] != '\n'; ++at_) {
      if (source_[at_] == '\\') {
        ++at_;
      } else if (source_[at_] == quote) {
        const std::string_view text = source_.substr(begin, at_ - begin);
        ++at_;
        return remember({Kind::Text, text});
      }
    }
    return broken();
  }

  Token template_part() {
    ++at_;
    return template_rest();
  }

  // Up to the template's end or its next substitution.
  Token template_rest() {
    for (; at_ < source_.size(); ++at_) {
      if (source_[at_] == '\\') {
        ++at_;
      } else if (source_[at_] == '`') {
        ++at_;
        return remember({Kind::Text, {}});
      } else if (source_.substr(at_).starts_with("${")) {
        at_ += 2;
        braces_.push_back(true);
        return remember({Kind::Mark, "${"});
      }
    }
    return broken();
  }

  // https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar: by what stands before it. A
  // '/' after ')' or '}' is taken for a division.
  [[nodiscard]] bool regex_may_begin() const noexcept {
    if (last_.kind == Kind::End) return true;
    if (last_.kind == Kind::Text) return false;
    if (last_.kind == Kind::Word)
      return std::ranges::find(kBeforeRegex, last_.text) != kBeforeRegex.end();
    return last_.text != ")" && last_.text != "]" && last_.text != "}";
  }

  Token regex() noexcept {
    bool in_class = false;
    for (++at_; at_ < source_.size() && source_[at_] != '\n'; ++at_) {
      const char c = source_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        ++at_;
        return remember({Kind::Text, {}});
      }
    }
    return broken();
  }

  std::string_view source_;
  std::size_t at_ = 0;
  Token last_;
  std::vector<bool> braces_;  // of each open one, whether it is a template's
};

bool is_mark(const Token& token, std::string_view mark) noexcept {
  return token.kind == Kind::Mark && token.text == mark;
}
bool is_word(const Token& token, std::string_view word) noexcept {
  return token.kind == Kind::Word && token.text == word;
}

// Reads tokens and notes what they say.
class Outliner {
 public:
  explicit Outliner(std::string_view source) noexcept : lexer_(source) {}

  ModuleOutline run() {
    for (Token token = lexer_.next();;) {
      if (token.kind == Kind::End) return std::move(outline_);
      if (token.kind == Kind::Broken) {
        outline_.imports = outline_.handles = true;
        return std::move(outline_);
      }
      const bool member = is_mark(before_, ".");
      before_ = token;
      if (!member && is_word(token, "import")) {
        token = after_import();
      } else if (is_word(token, "from") || is_word(token, "export")) {
        const bool from = is_word(token, "from");
        token = lexer_.next();
        if (from && token.kind == Kind::Text) note(token);
        if (!from && is_word(token, "default")) outline_.handles = true;
      } else if (is_word(token, "as") || is_word(token, "addEventListener")) {
        const bool as = is_word(token, "as");
        token = lexer_.next();
        outline_.handles =
            outline_.handles || (as ? is_word(token, "default") : is_mark(token, "("));
      } else {
        token = lexer_.next();
      }
    }
  }

 private:
  void note(const Token& name) {
    outline_.imports = true;
    if (!name.text.empty()) outline_.specifiers.emplace_back(name.text);
  }

  // import.meta is none; `import x from`, `import {`, `import "x"` and import(x) are.
  Token after_import() {
    Token token = lexer_.next();
    if (is_mark(token, ".") || is_mark(token, ":") || is_mark(token, "=")) return token;
    if (token.kind == Kind::Text) {
      note(token);
    } else if (is_mark(token, "(")) {
      token = lexer_.next();
      if (token.kind == Kind::Text)
        note(token);
      else
        outline_.imports = true;
    } else if (token.kind == Kind::Word || is_mark(token, "{") || is_mark(token, "*")) {
      outline_.imports = true;
    }
    return token;
  }

  Lexer lexer_;
  Token before_;
  ModuleOutline outline_;
};

}  // namespace

ModuleOutline outline_of(std::string_view source) { return Outliner(source).run(); }

bool needs_bundling(std::string_view file_name, std::string_view source) {
  if (!file_name.ends_with(".js") && !file_name.ends_with(".mjs")) return true;
  // Most workers have neither word, and are not looked at any further.
  if (source.find("import") == std::string_view::npos &&
      source.find("from") == std::string_view::npos)
    return false;
  return outline_of(source).imports;
}

}  // namespace wws::bundler
