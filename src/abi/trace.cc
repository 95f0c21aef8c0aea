#include "abi/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wws::abi {
namespace {

constexpr std::size_t kMostFrames = 64;
constexpr int kAround = 3;               // lines shown before and after
constexpr std::size_t kMostBytes = 160;  // of a line

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Takes ":12" off the end; 0 and nothing taken where there is none.
int take_number(std::string_view& place) {
  const auto colon = place.rfind(':');
  if (colon == std::string_view::npos) return 0;
  int number = 0;
  const char* end = place.data() + place.size();
  const auto [stop, error] = std::from_chars(place.data() + colon + 1, end, number);
  if (error != std::errc() || stop != end || number <= 0) return 0;
  place = place.substr(0, colon);
  return number;
}

// "file:line:column", "file:line" or "file" into `frame`.
void set_place(Frame& frame, std::string_view place) {
  const int last = take_number(place);
  const int before = last == 0 ? 0 : take_number(place);
  frame.line = before == 0 ? last : before;
  frame.column = before == 0 ? 0 : last;
  if (place != "native" && place != "<native>") frame.file = place;
}

// What follows "at ".
Frame script_frame(std::string_view text) {
  Frame frame;
  const auto open = text.find(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) {
    set_place(frame, text);
    return frame;
  }
  frame.function = text.substr(0, open);
  if (frame.function == "<anonymous>") frame.function.clear();
  set_place(frame, text.substr(open + 2, text.size() - open - 3));
  return frame;
}

// "0: 0x1b2 - hello.wasm!crash"; nothing for another line.
std::optional<Frame> wasm_frame(std::string_view text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || text[digits] != ':') return std::nullopt;
  const auto dash = text.find(" - ", digits);
  if (dash == std::string_view::npos) return std::nullopt;
  std::string_view name = text.substr(dash + 3);
  // The module has no name of its own: the worker's is shown beside the stack.
  if (const auto bang = name.find('!'); bang != std::string_view::npos)
    name = name.substr(bang + 1);
  Frame frame;
  frame.function = name;
  return frame;
}

// The column moves with what a line loses or gains.
std::string shown_line(std::string_view line, int* column) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::size_t begin = 0;
  if (line.size() > kMostBytes && column != nullptr && *column > 0) {
    const std::size_t at =
        std::min<std::size_t>(static_cast<std::size_t>(*column) - 1, line.size());
    if (at > kMostBytes / 2) begin = std::min(at - kMostBytes / 2, line.size() - kMostBytes);
  }
  // Not in the middle of a character.
  while (begin > 0 && begin < line.size() && (line[begin] & 0xc0) == 0x80) ++begin;
  std::size_t end = std::min(line.size(), begin + kMostBytes);
  while (end < line.size() && (line[end] & 0xc0) == 0x80) --end;
  std::string out = begin > 0 ? "…" : "";
  int shown_column = 0;
  int width = begin > 0 ? 1 : 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (column != nullptr && *column > 0 && i + 1 >= static_cast<std::size_t>(*column) &&
        shown_column == 0)
      shown_column = width + 1;
    out += line[i] == '\t' ? "  " : std::string(1, line[i]);
    if ((line[i] & 0xc0) != 0x80) width += line[i] == '\t' ? 2 : 1;
  }
  if (end < line.size()) out += "…";
  if (column != nullptr && *column > 0) *column = shown_column == 0 ? width + 1 : shown_column;
  return out;
}

}  // namespace

std::vector<Frame> parse_stack(std::string_view stack) {
  std::vector<Frame> frames;
  while (!stack.empty() && frames.size() < kMostFrames) {
    const auto end = std::min(stack.find('\n'), stack.size());
    const std::string_view line = trimmed(stack.substr(0, end));
    stack.remove_prefix(std::min(end + 1, stack.size()));
    if (auto frame = wasm_frame(line)) {
      frames.push_back(std::move(*frame));
    } else if (line.starts_with("at ")) {
      Frame found = script_frame(line.substr(3));
      // The place of the WebAssembly frame above it.
      if (!frames.empty() && frames.back().file.empty() && found.function.empty() &&
          !frames.back().function.empty() && frames.back().line == 0 && found.line != 0) {
        found.function = frames.back().function;
        frames.back() = std::move(found);
      } else {
        frames.push_back(std::move(found));
      }
    }
  }
  return frames;
}

const Frame* first_place(const std::vector<Frame>& frames) noexcept {
  const auto found = std::ranges::find_if(
      frames, [](const Frame& frame) { return !frame.file.empty() && frame.line > 0; });
  return found == frames.end() ? nullptr : &*found;
}

std::optional<Excerpt> make_excerpt(std::string_view file, std::string_view text, int line,
                                    int column) {
  if (line <= 0) return std::nullopt;
  Excerpt excerpt;
  excerpt.file = file;
  excerpt.first = std::max(1, line - kAround);
  excerpt.marked = line;
  excerpt.column = std::max(0, column);
  int number = 1;
  for (std::size_t at = 0; at < text.size() && number <= line + kAround; ++number) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (number >= excerpt.first)
      excerpt.lines.push_back(
          shown_line(text.substr(at, end - at), number == line ? &excerpt.column : nullptr));
    at = end + 1;
  }
  if (number < line || (number == line && text.empty())) return std::nullopt;
  // A syntax error at the end of the text points behind its last line.
  if (number == line) {
    excerpt.lines.emplace_back();
    excerpt.column = 1;
  }
  while (excerpt.lines.size() > static_cast<std::size_t>(line - excerpt.first + 1) &&
         excerpt.lines.back().find_first_not_of(' ') == std::string::npos)
    excerpt.lines.pop_back();
  return excerpt;
}

std::string to_text(const Excerpt& excerpt) {
  const int last = excerpt.first + static_cast<int>(excerpt.lines.size()) - 1;
  const std::size_t width = std::to_string(last).size();
  std::string text;
  int number = excerpt.first;
  for (const std::string& line : excerpt.lines) {
    const bool marked = number == excerpt.marked;
    text += fmt::format("{} {:>{}} | {}\n", marked ? '>' : ' ', number, width, line);
    if (marked && excerpt.column > 0)
      text += fmt::format("  {:>{}} | {:>{}}\n", "", width, "^", excerpt.column);
    ++number;
  }
  return text;
}

}  // namespace wws::abi
