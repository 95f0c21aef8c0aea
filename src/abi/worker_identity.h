// Who a request runs for: what the log calls the worker, and what its configuration allows. A value
// that outlives every request of the worker.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "config/worker_config.h"
#include "observe/metrics.h"

namespace wws::abi {

struct WorkerIdentity {
  std::string label;  // for the log: its name or its file
  std::string route;  // "/api/[id]"
  config::WorkerConfig config;
  std::size_t number = observe::kNoWorker;  // of its counters
  std::string file;                         // relative to the project, "api/[id].js"
  // The text of the file, where it is one, as it was when the project was read.
  std::shared_ptr<const std::string> source = nullptr;
};

}  // namespace wws::abi
