#include "sourcemap/stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace wws::sourcemap {
namespace {

constexpr std::string_view kAt = "    at ";
constexpr std::size_t kWidth = 120;  // of a line of an excerpt

// Takes ":12" off the end.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  text.remove_suffix(text.size() - colon);
  return number;
}

// Calls `each` with every line, without its end.
template <typename Each>
void for_each_line(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    each(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// A line without its end, tabs as one space each, so that a mark fits below it.
std::string shown(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string text(line.substr(0, kWidth));
  // Not in the middle of a character.
  if (line.size() > kWidth)
    while (!text.empty() && (static_cast<unsigned char>(line[text.size()]) & 0xc0) == 0x80)
      text.pop_back();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text;
}

// `column` is 0 in lines that are not meant.
void append_line(std::string& made, std::string_view line, std::uint32_t number, std::size_t digits,
                 std::uint32_t column) {
  const std::string content = shown(line);
  made += fmt::format("{} {:>{}} |{}{}\n", column != 0 ? "  >" : "   ", number, digits,
                      content.empty() ? "" : " ", content);
  if (column != 0 && column <= content.size() + 1)
    made += fmt::format("    {:>{}} | {:>{}}\n", "", digits, "^", column);
}

}  // namespace

std::optional<Frame> parse_frame(std::string_view line) {
  if (!line.starts_with(kAt)) return std::nullopt;
  std::string_view place = line.substr(kAt.size());
  Frame frame;
  const auto open = place.rfind(" (");
  if (open != std::string_view::npos && place.ends_with(')')) {
    frame.name = place.substr(0, open);
    place = place.substr(open + 2, place.size() - open - 3);
  }
  const auto column = take_number(place);
  const auto number = column ? take_number(place) : std::nullopt;
  if (!number || place.empty()) return std::nullopt;
  frame.file = place;
  frame.at = {*number, *column};
  return frame;
}

std::string map_stack(std::string_view text, std::string_view file, const SourceMap& map) {
  std::string mapped;
  bool first = true;
  for_each_line(text, [&](std::string_view line) {
    const auto frame = parse_frame(line);
    const bool ours = frame && frame->file == file;
    const auto original = ours ? map.find(frame->at) : std::nullopt;
    if (ours && !original) return;
    if (!std::exchange(first, false)) mapped += '\n';
    if (!original) {
      mapped += line;
      return;
    }
    const std::string place =
        fmt::format("{}:{}:{}", original->source, original->at.line, original->at.column);
    mapped += kAt;
    mapped += frame->name.empty() ? place : fmt::format("{} ({})", frame->name, place);
  });
  if (text.ends_with('\n') && !first) mapped += '\n';
  return mapped;
}

std::string excerpt(std::string_view text, Position at, std::uint32_t around) {
  const std::uint32_t from = at.line > around ? at.line - around : 1;
  const std::uint32_t to = at.line + around;
  const std::size_t digits = std::to_string(to).size();
  std::string made;
  bool found = false;
  std::uint32_t number = 0;
  for_each_line(text, [&](std::string_view line) {
    if (++number < from || number > to) return;
    found = found || number == at.line;
    append_line(made, line, number, digits, number == at.line ? at.column : 0);
  });
  return found ? made : std::string();
}

std::string excerpt_of_line(std::string_view line, Position at) {
  std::string made;
  append_line(made, line, at.line, std::to_string(at.line).size(), at.column);
  return made;
}

}  // namespace wws::sourcemap
