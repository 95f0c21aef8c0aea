#include "config/units.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>
#include <system_error>

namespace wws::config {
namespace {

struct Unit {
  std::string_view name;  // in lower case
  std::uint64_t factor;
};

constexpr Unit kSizes[] = {
    {"", 1},           {"b", 1},        {"kb", 1'000},   {"mb", 1'000'000}, {"gb", 1'000'000'000},
    {"k", 1u << 10},   {"m", 1u << 20}, {"g", 1u << 30}, {"kib", 1u << 10}, {"mib", 1u << 20},
    {"gib", 1u << 30},
};
constexpr Unit kDurations[] = {{"", 1}, {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}};

bool is_named(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.size() > 1 && text.front() == ' ') text.remove_prefix(1);
  for (const Unit& unit : units) {
    if (!is_named(text, unit.name)) continue;
    if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  return parse(text, kSizes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  const auto number = parse(text, kDurations);
  if (!number || *number > static_cast<std::uint64_t>(kLongestDuration.count()))
    return std::nullopt;
  return std::chrono::milliseconds(*number);
}

}  // namespace wws::config
