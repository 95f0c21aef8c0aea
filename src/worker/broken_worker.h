// A worker that cannot run, known before its first request: it is listed, and its route answers
// 500.
#pragma once

#include "worker/refusal.h"
#include "worker/worker.h"

namespace wws::worker {

class BrokenWorker final : public Worker {
 public:
  BrokenWorker(abi::WorkerIdentity identity, Error error)
      : identity_(std::move(identity)), error_(std::move(error)) {}

  // The mistakes were listed already.
  Task<Result<void>> load(abi::LoopServices&) override { co_return Result<void>(); }
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string,
                   Params) override {
    co_await answer_refusal(services.log, exchange, identity_, error_);
  }

 private:
  abi::WorkerIdentity identity_;
  Error error_;
};

}  // namespace wws::worker
