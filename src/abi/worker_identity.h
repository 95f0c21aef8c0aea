// Who a request runs for: what the log calls the worker, and what its configuration allows. A value
// that outlives every request of the worker.
#pragma once

#include <cstddef>
#include <string>

#include "config/worker_config.h"
#include "observe/metrics.h"

namespace wws::abi {

struct WorkerIdentity {
  std::string label;  // for the log: its name or its file
  std::string route;  // "/api/[id]"
  config::WorkerConfig config;
  std::size_t number = observe::kNoWorker;  // of its counters
};

}  // namespace wws::abi
