// Answers a request whose worker cannot run: the reason goes to the log and the counters, a short
// page to the client.
#pragma once

#include "abi/services.h"
#include "abi/worker_identity.h"
#include "base/error.h"
#include "http/exchange.h"
#include "io/task.h"

namespace wws::worker {

// 503 where the instances or the queue are exhausted, else the pages of abi/failure_page.h.
Task<void> answer_refusal(abi::LoopServices& services, http::Exchange& exchange,
                          const abi::WorkerIdentity& worker, Error error);
// Answers a request whose body could not be taken: the client's doing, so the log says nothing.
Task<void> answer_bad_body(abi::LoopServices& services, http::Exchange& exchange,
                           const abi::WorkerIdentity& worker, ErrorKind kind);

}  // namespace wws::worker
