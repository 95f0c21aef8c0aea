// Sizes and durations as users write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wws::config {

// "65536", "64KB", "128 MiB": bytes; KB is 1000, K and KiB 1024; upper or lower case. Nothing for
// what is no size or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
// "500ms", "2s", "1m", "1h"; a number alone is milliseconds. Nothing for what is no duration or is
// longer than kLongestDuration.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(
    std::string_view text) noexcept;

inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(24);

}  // namespace wws::config
