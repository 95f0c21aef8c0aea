// Answers a request whose worker cannot run: the reason goes to the log, a short page to the
// client.
#pragma once

#include "abi/worker_identity.h"
#include "base/error.h"
#include "http/exchange.h"
#include "io/task.h"
#include "observe/log.h"

namespace wws::worker {

// 503 where the instances or the queue are exhausted, else the pages of abi/failure_page.h.
Task<void> answer_refusal(observe::Log& log, http::Exchange& exchange,
                          const abi::WorkerIdentity& worker, Error error);

}  // namespace wws::worker
