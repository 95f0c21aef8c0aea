// Limits of one request in one worker. On by default; 0 switches one off.
#pragma once

#include <chrono>
#include <cstdint>

namespace wws::config {

struct Limits {
  std::chrono::milliseconds cpu{1'000};      // of guest code
  std::chrono::milliseconds wall{30'000};    // until the worker's answer is complete
  std::uint64_t memory_bytes = 128u << 20;   // linear memory
  std::uint64_t request_bytes = 0;           // body; 0: the server's --max-body
  std::uint64_t response_bytes = 64u << 20;  // body

  [[nodiscard]] bool operator==(const Limits&) const = default;
};

}  // namespace wws::config
