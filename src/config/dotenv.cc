#include "config/dotenv.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace wws::config {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }

bool is_name(std::string_view text) noexcept {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

class Parser final {
 public:
  Parser(std::string_view file, std::string_view text) : file_(file), text_(text) {}

  Dotenv parse() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark
    while (at_ < text_.size()) read_line();
    return std::move(result_);
  }

 private:
  void read_line() {
    line_ = next_line_;
    skip_blanks();
    const std::size_t end = line_end();
    if (at_ == end || text_[at_] == '#') return leave_line();
    const std::string_view line = text_.substr(at_, end - at_);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos)
      return skip("", "is no variable: write NAME=value, or '#' before a comment");
    std::string_view name = trim(line.substr(0, equals));
    if (name.starts_with("export ")) name = trim(name.substr(7));
    // What stands here may be the middle of a secret, so a bad name is not repeated.
    if (!is_name(name))
      return skip("", "a variable's name is made of letters, digits and '_', no digit first");
    at_ += equals + 1;
    read_value(std::string(name));
  }

  void read_value(std::string name) {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\n';
    std::optional<std::string> value =
        quote == '\'' || quote == '"' ? quoted(name, quote) : std::optional(plain());
    if (!value) return;
    if (!is_utf8(*value) || value->find('\0') != std::string::npos)
      return note(name, "its value must be UTF-8 without NUL characters");
    result_.variables.insert_or_assign(std::move(name), *std::move(value));
  }

  std::string plain() {
    std::string_view rest = text_.substr(at_, line_end() - at_);
    for (std::size_t i = 0; i < rest.size(); ++i)
      if (rest[i] == '#' && (i == 0 || is_blank(rest[i - 1]))) rest = rest.substr(0, i);
    leave_line();
    return std::string(trim(rest));
  }

  std::optional<std::string> quoted(const std::string& name, char quote) {
    std::string value;
    const std::size_t open = at_++;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\n') ++next_line_;
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size())
        value += unescape(text_[++at_]);
      else
        value += text_[at_];
    }
    if (at_ == text_.size()) {
      // The quote may be a stray one: only its own line is lost.
      at_ = open;
      next_line_ = line_;
      skip(name, fmt::format("its value begins with {} and does not end with it", quote));
      return std::nullopt;
    }
    ++at_;
    const std::string_view rest = trim(text_.substr(at_, line_end() - at_));
    leave_line();
    if (rest.empty() || rest.front() == '#') return value;
    note(name, "only a comment may stand behind the quoted value");
    return std::nullopt;
  }

  std::string unescape(char c) {
    switch (c) {
      case 'n': return "\n";
      case 'r': return "\r";
      case 't': return "\t";
      case '\\':
      case '"':
      case '$': return std::string(1, c);
      case '\n': ++next_line_; [[fallthrough]];
      default: return std::string("\\") + c;
    }
  }

  void skip_blanks() noexcept {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  [[nodiscard]] std::size_t line_end() const noexcept {
    return std::min(text_.find('\n', at_), text_.size());
  }
  void leave_line() noexcept {
    at_ = std::min(line_end() + 1, text_.size());
    ++next_line_;
  }
  void note(const std::string& name, std::string what) {
    result_.mistakes.push_back({file_, line_, name, std::move(what)});
  }
  void skip(const std::string& name, std::string what) {
    note(name, std::move(what));
    leave_line();
  }

  std::string file_;
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;       // on which the variable begins
  int next_line_ = 1;  // of at_
  Dotenv result_;
};

}  // namespace

Dotenv parse_dotenv(std::string_view file, std::string_view text) {
  return Parser(file, text).parse();
}

}  // namespace wws::config
