// Which limit of a worker an error of its run stands for, for the counters.
#pragma once

#include <chrono>
#include <optional>

#include "base/error.h"
#include "config/limits.h"
#include "observe/metrics.h"

namespace wws::abi {

// `cpu_used` of the run's lease. Its bodies' limits are the caller's to know.
[[nodiscard]] inline std::optional<observe::Limit> limit_hit(ErrorKind kind,
                                                             std::chrono::nanoseconds cpu_used,
                                                             const config::Limits& limits) {
  if (kind == ErrorKind::Exhausted) return observe::Limit::Memory;
  if (kind != ErrorKind::TimedOut) return std::nullopt;
  const bool cpu = limits.cpu.count() != 0 && cpu_used >= limits.cpu;
  return cpu ? observe::Limit::Cpu : observe::Limit::Wall;
}

}  // namespace wws::abi
