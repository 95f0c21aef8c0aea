#include "http/files/range.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "http/blanks.h"

namespace wws::http {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

bool takes_bytes_unit(std::string_view& field) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  if (field.size() < kUnit.size()) return false;
  const bool same = std::equal(kUnit.begin(), kUnit.end(), field.begin(), [](char unit, char c) {
    return unit == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  });
  if (same) field.remove_prefix(kUnit.size());
  return same;
}

// Digits only; a number that does not fit is as good as the largest one.
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  return error == std::errc::result_out_of_range ? kMost : value;
}

struct Element {
  bool valid = false;
  std::optional<ByteRange> range;  // nothing: not satisfiable
};

Element suffix(std::string_view text, std::uint64_t size) noexcept {
  const auto count = parse_position(text);
  if (!count) return {};
  const std::uint64_t length = std::min(*count, size);
  if (length == 0) return {true, std::nullopt};
  return {true, ByteRange{size - length, length}};
}

Element parse_element(std::string_view text, std::uint64_t size) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  if (dash == 0) return suffix(text.substr(1), size);
  const auto first = parse_position(text.substr(0, dash));
  const std::string_view after = text.substr(dash + 1);
  const auto last = after.empty() ? std::optional(kMost) : parse_position(after);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {true, std::nullopt};
  return {true, ByteRange{*first, std::min(*last, size - 1) - *first + 1}};
}

}  // namespace

RangeAnswer parse_range(std::string_view field, std::uint64_t size) {
  constexpr RangeAnswer::Kind kWhole = RangeAnswer::Kind::Whole;
  if (!takes_bytes_unit(field)) return {};
  RangeAnswer answer;
  std::size_t count = 0;
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at <= field.size();) {
    const std::size_t end = std::min(field.find(',', at), field.size());
    const std::string_view text = trim(field.substr(at, end - at));
    at = end + 1;
    if (text.empty()) continue;  // a list may have empty elements
    const Element element = parse_element(text, size);
    if (!element.valid || ++count > kMostRanges) return {};
    if (!element.range) continue;
    if (element.range->length > size - sum) return {};
    sum += element.range->length;
    answer.parts.push_back(*element.range);
  }
  if (count == 0) return {kWhole, {}};
  answer.kind = answer.parts.empty() ? RangeAnswer::Kind::Unsatisfiable : RangeAnswer::Kind::Parts;
  return answer;
}

}  // namespace wws::http
