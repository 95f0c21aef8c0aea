#include "cli/server_bounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace wws::cli {
namespace {

// Each instance reserves 4 GiB of address space and some mappings, of which a process has 65 000.
constexpr std::uint32_t kMostInstances = 4096;
constexpr std::uint32_t kMostOfALoop = 1024;

// A loop's share of what is bounded for all.
std::uint32_t share_of(std::uint64_t all, unsigned loops) {
  return static_cast<std::uint32_t>((all + loops - 1) / loops);
}

}  // namespace

http::ConnectionLimits connection_limits(const config::Bounds& bounds) {
  http::ConnectionLimits limits;
  limits.max_head_bytes = static_cast<std::uint32_t>(bounds.head_bytes);
  limits.max_headers = static_cast<std::uint32_t>(bounds.head_fields);
  limits.header_timeout = bounds.head_time;
  limits.idle_timeout = bounds.idle_time;
  limits.body_timeout = bounds.body_time;
  limits.write_timeout = bounds.write_time;
  limits.max_connections = bounds.connections;
  limits.max_per_address = bounds.connections_per_address;
  limits.max_requests = bounds.requests_per_connection;
  limits.max_streams = static_cast<std::uint32_t>(bounds.streams_per_connection);
  limits.receive_rate = bounds.receive_rate;
  limits.send_rate = bounds.send_rate;
  limits.rate_window = bounds.rate_window;
  return limits;
}

Result<wasm::PoolOptions> pool_options(const config::Bounds& bounds, unsigned loops) {
  wasm::PoolOptions pool;
  if (bounds.instances > kMostInstances)
    return fail(ErrorKind::Invalid,
                fmt::format("the bound instances={} is more than there can be: {} at most",
                            bounds.instances, kMostInstances));
  const std::uint32_t fitting = std::clamp(kMostInstances / loops, 1u, kMostOfALoop);
  pool.max_instances =
      bounds.instances == 0 ? fitting : std::min(share_of(bounds.instances, loops), fitting);
  // 0 would be no bound.
  pool.max_per_image = std::max(1u, pool.max_instances * 3 / 4);
  pool.max_waiting = share_of(bounds.queue, loops);
  pool.max_wait = bounds.queue_time;
  return pool;
}

}  // namespace wws::cli
