// Worker: a file of the project that answers requests, each in a sandbox of its own.
//
// Immutable but for its lazily loaded guest; shared by all loops. load() may be called early, so
// that mistakes are known at the start; serve() loads when that has not happened yet.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "abi/services.h"
#include "http/exchange.h"
#include "io/task.h"

namespace wws::worker {

using Params = std::vector<std::pair<std::string, std::string>>;

class Worker {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  // Makes the guest ready. Errors: GuestFault (the script's own), Invalid (not a module, unknown
  // import, wrong configuration), Internal.
  virtual Task<Result<void>> load(abi::LoopServices& services) = 0;
  // Answers the request; every failure ends in an answer and a line of the log. `url` is absolute.
  virtual Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                           Params params) = 0;
};

}  // namespace wws::worker
