// Limits of one request in one worker, and of its WebSockets. On by default; 0 switches one off.
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
  // Of a WebSocket `cpu` and `wall` bound each event that it handles.
  std::uint64_t sockets = 500;             // of the worker at once
  std::uint64_t message_bytes = 1u << 20;  // of the client, decompressed
  std::uint64_t queue_bytes = 1u << 20;    // that wait for the client
  std::chrono::milliseconds idle{60'000};  // without a byte of the client

  [[nodiscard]] bool operator==(const Limits&) const = default;
};

}  // namespace wws::config
