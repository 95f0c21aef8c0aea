// The Range field: https://www.rfc-editor.org/rfc/rfc9110#section-14
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wws::http {

struct ByteRange {
  std::uint64_t offset;
  std::uint64_t length;  // never 0
  [[nodiscard]] bool operator==(const ByteRange&) const = default;
};

struct RangeAnswer {
  enum class Kind : unsigned char {
    Whole,         // the field does not count: send everything, 200
    Parts,         // 206
    Unsatisfiable  // 416
  };
  Kind kind = Kind::Whole;
  std::vector<ByteRange> parts;  // in the order they were asked for
};

// What a Range field asks of `size` bytes. Fields of another unit, malformed ones, and those that
// would cost more than the whole (over kMostRanges ranges, or more bytes in sum than there are) do
// not count.
[[nodiscard]] RangeAnswer parse_range(std::string_view field, std::uint64_t size);

inline constexpr std::size_t kMostRanges = 16;

}  // namespace wws::http
