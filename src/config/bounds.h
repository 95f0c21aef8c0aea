// Bounds: how much clients may ask of the server at once, how slowly they may do it, and how long
// the server waits. A plain value with the defaults; 0 switches one off unless it says otherwise.
//
// The names are the keys of [bounds] in wws.toml and what --bound NAME=VALUE takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::config {

struct Bounds {
  using Time = std::chrono::milliseconds;

  std::uint64_t connections = 10'000;             // open at once, of all listeners
  std::uint64_t connections_per_address = 1'024;  // of an IPv4 address or an IPv6 /64
  std::uint64_t requests_per_connection = 1'000'000;
  std::uint64_t streams_per_connection = 128;  // of HTTP/2 at once; at least 1
  std::uint64_t head_bytes = 64 * 1024;
  std::uint64_t head_fields = 128;
  Time head_time{10'000};            // first byte to the end of a head; the TLS handshake
  Time idle_time{60'000};            // of a connection without a request
  Time body_time{30'000};            // without a byte of an awaited body
  Time write_time{30'000};           // without a byte that the client takes
  std::uint64_t receive_rate = 240;  // bytes a second of an awaited body, over rate_window
  std::uint64_t send_rate = 240;     // bytes a second that a client takes of an answer
  Time rate_window{30'000};          // never 0
  std::uint64_t instances = 0;       // sandboxes that run at once; 0: as many as fit
  std::uint64_t queue = 10'000;      // requests that wait for one; 0: none waits
  Time queue_time{10'000};           // that each waits at most; never 0
  Time stop_time{10'000};            // for what is under way, after SIGTERM
  Time upgrade_time{300'000};        // the same when a new process has taken over

  bool operator==(const Bounds&) const = default;
};

// Sets the bound of that name from "64", "64KiB", "10s". Errors: Invalid, with what is wrong and
// the way out: "unknown bound, did you mean 'queue'?".
[[nodiscard]] Result<void> set_bound(Bounds& bounds, std::string_view name, std::string_view value);

// One that was asked for and that set_bound() takes.
struct BoundSetting {
  std::string name;
  std::string value;
};

// "NAME=VALUE". Errors: Invalid, as set_bound().
[[nodiscard]] Result<BoundSetting> parse_bound(std::string_view text);

void apply(Bounds& bounds, const std::vector<BoundSetting>& settings);

}  // namespace wws::config
