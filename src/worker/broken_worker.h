// A worker that cannot run, known before its first request: it is listed, and its route answers
// 500.
#pragma once

#include "worker/refusal.h"
#include "worker/worker.h"

namespace wws::worker {

class BrokenWorker final : public Worker {
 public:
  // `language` is a static string.
  BrokenWorker(abi::WorkerIdentity identity, std::string_view language, Error error)
      : identity_(std::move(identity)), language_(language), error_(std::move(error)) {}

  [[nodiscard]] const abi::WorkerIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] WorkerStatus status() const override {
    WorkerStatus status;
    status.state = WorkerStatus::State::Broken;
    status.language = language_;
    status.why_broken = error_.to_string();
    return status;
  }

  // The mistakes were listed already.
  Task<Result<void>> load(abi::LoopServices&) override { co_return Result<void>(); }
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string,
                   Params) override {
    co_await answer_refusal(services, exchange, identity_, error_);
  }

 private:
  abi::WorkerIdentity identity_;
  std::string_view language_;
  Error error_;
};

}  // namespace wws::worker
