// A number out of Random's bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "io/random.h"

namespace wws::io {

// Any of 2^64.
[[nodiscard]] inline std::uint64_t random_number(Random& random) noexcept {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes;
  random.fill(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

}  // namespace wws::io
