// A worker written in JavaScript: an image of the engine (src/abi/js).
#pragma once

#include <atomic>
#include <filesystem>

#include "abi/js/engine.h"
#include "abi/js/session.h"
#include "worker/image_budget.h"
#include "worker/load_once.h"
#include "worker/worker.h"

namespace wws::worker {

// Made once for all workers; the engine's instance is asked for its mailbox at the first load.
class JsRuntime final {
 public:
  explicit JsRuntime(std::shared_ptr<const wasm::Program> program) : program_(std::move(program)) {}
  Task<Result<std::shared_ptr<const abi::js::Engine>>> engine(abi::LoopServices& services);
  [[nodiscard]] const std::shared_ptr<const wasm::Program>& program() const { return program_; }

 private:
  std::shared_ptr<const wasm::Program> program_;
  LoadOnce<std::shared_ptr<const abi::js::Engine>> engine_;
};

class JsWorker final : public Worker, private Evictable {
 public:
  // `js` and `budget` are borrowed and outlive the worker, which a shared_ptr owns. The identity's
  // source is what is loaded; without one `file` is read instead.
  JsWorker(JsRuntime& js, ImageBudget& budget, std::filesystem::path file,
           abi::WorkerIdentity identity);
  ~JsWorker() override { leave_budget(); }

  [[nodiscard]] const abi::WorkerIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] WorkerStatus status() const override;
  [[nodiscard]] std::shared_ptr<const wasm::Image> image() const override;
  Task<Result<void>> load(abi::LoopServices& services) override;
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                   Params params) override;

 private:
  struct Loaded {
    std::shared_ptr<const abi::js::Engine> engine;
    abi::js::LoadedScript script;
  };

  void evict() noexcept override { loaded_.drop(); }
  Task<Result<Loaded>> make(abi::LoopServices& services);
  Task<Result<std::shared_ptr<const Loaded>>> loaded(abi::LoopServices& services);

  JsRuntime& js_;
  ImageBudget& budget_;
  std::filesystem::path file_;
  abi::WorkerIdentity identity_;
  LoadOnce<Loaded> loaded_;
  std::atomic<bool> told_replayed_{false};
};

}  // namespace wws::worker
