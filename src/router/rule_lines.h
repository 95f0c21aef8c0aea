// Lines of `_redirects` and `_headers`. Private to the room.
#pragma once

#include <string_view>
#include <vector>

namespace wws::router {

[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// What is between blanks, up to a "#" at the beginning of a word.
[[nodiscard]] inline std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = trimmed(line)).empty() && line.front() != '#') {
    const auto end = line.find_first_of(" \t");
    words.push_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view() : line.substr(end);
  }
  return words;
}

// Calls each(number, line) with every line that is neither empty nor a comment, without the blanks
// at its end.
template <typename Each>
void each_rule_line(std::string_view text, Each each) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const auto content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    each(number, line.substr(0, static_cast<std::size_t>(content.end() - line.begin())));
  }
}

}  // namespace wws::router
