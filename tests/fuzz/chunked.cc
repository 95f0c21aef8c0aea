// The chunked body of a request: what the parser takes for whole is what a plain reading of RFC
// 9112 section 7.1 gives, with the same content and the same end, however the bytes arrive.
#include <algorithm>
#include <optional>
#include <string>

#include "base/assert.h"
#include "http/h1/parser.h"
#include "input.h"

namespace {

using wws::http::h1::ParserEvent;
using wws::http::h1::RequestParser;

constexpr std::string_view kHead =
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Decoded {
  std::string content;
  std::size_t end = 0;  // of the body
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// A line with its CRLF, of which neither byte stands in it; nothing where it does not end so.
std::optional<std::string_view> line_at(std::string_view text, std::size_t& at) {
  const std::size_t end = text.find("\r\n", at);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(at, end - at);
  if (line.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  at = end + 2;
  return line;
}

// Looser than the grammar in extensions and trailers, in which nothing is content.
std::optional<Decoded> decode(std::string_view text) {
  Decoded decoded;
  while (true) {
    const auto line = line_at(text, decoded.end);
    if (!line) return std::nullopt;
    std::uint64_t size = 0;
    std::size_t digits = 0;
    // Zeros in front are no part of the number, however many they are.
    for (; digits < line->size() && hex_digit((*line)[digits]) >= 0; ++digits) {
      if (size >> 60 != 0) return std::nullopt;
      size = size * 16 + static_cast<std::uint64_t>(hex_digit((*line)[digits]));
    }
    if (digits == 0) return std::nullopt;
    if (digits < line->size() && (*line)[digits] != ';') return std::nullopt;
    if (size == 0) break;
    if (size > text.size() - decoded.end) return std::nullopt;
    decoded.content += text.substr(decoded.end, static_cast<std::size_t>(size));
    decoded.end += static_cast<std::size_t>(size);
    if (!text.substr(decoded.end).starts_with("\r\n")) return std::nullopt;
    decoded.end += 2;
  }
  while (true) {
    const auto line = line_at(text, decoded.end);
    if (!line) return std::nullopt;
    if (line->empty()) return decoded;
  }
}

// What the parser makes of the body in pieces of `step` bytes.
std::optional<Decoded> parse(std::string_view text, std::size_t step) {
  RequestParser parser({});
  Decoded decoded;
  WWS_ASSERT(parser.parse(kHead, decoded.content).event == ParserEvent::Head, "no head");
  while (decoded.end < text.size()) {
    const auto taken = parser.parse(text.substr(decoded.end, step), decoded.content);
    decoded.end += taken.consumed;
    if (taken.event == ParserEvent::Complete) return decoded;
    if (taken.event == ParserEvent::Refused) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = wws::fuzz::text_of(data, size);
  const auto whole = parse(text, std::max<std::size_t>(size, 1));
  const auto parts = parse(text, 1);
  WWS_ASSERT(whole.has_value() == parts.has_value(), "a body depends on how its bytes arrive");
  if (!whole) return 0;
  WWS_ASSERT(whole->content == parts->content && whole->end == parts->end,
             "a body depends on how its bytes arrive");
  const auto plain = decode(text);
  WWS_ASSERT(plain && plain->content == whole->content && plain->end == whole->end,
             "a body is read otherwise than its chunks say");
  return 0;
}
