// A worker that cannot run, known before its first request: it is listed, and its route answers 500.
#pragma once

#include "worker/refusal.h"
#include "worker/worker.h"

namespace wws::worker {

class BrokenWorker final : public Worker {
 public:
  BrokenWorker(std::string label, std::string route, Error error)
      : label_(std::move(label)), route_(std::move(route)), error_(std::move(error)) {}

  // The mistakes were listed already.
  Task<Result<WorkerInfo>> load(abi::LoopServices&) override {
    co_return WorkerInfo{"broken", "none", error_.message(), 0};
  }
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string,
                   Params) override {
    co_await answer_refusal(services.log, exchange, Refusal{label_, route_, error_});
  }

 private:
  std::string label_;
  std::string route_;
  Error error_;
};

}  // namespace wws::worker
