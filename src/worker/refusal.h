// Answers a request whose worker cannot run: the reason goes to the log, a short page to the client.
#pragma once

#include <string_view>

#include "base/error.h"
#include "http/exchange.h"
#include "io/task.h"
#include "observe/log.h"

namespace wws::worker {

struct Refusal {
  std::string_view label;  // of the worker; borrowed until the task completes
  std::string_view route;
  Error error;
  // 503 for an Exhausted pool; the pages of abi/failure_page.h otherwise.
  enum class Stage { Load, Lease } stage = Stage::Load;
};

Task<void> answer_refusal(observe::Log& log, http::Exchange& exchange, Refusal refusal);

}  // namespace wws::worker
