// A worker written in JavaScript: an image of the engine (src/abi/js).
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "abi/js/engine.h"
#include "abi/js/session.h"
#include "bundler/bundler.h"
#include "worker/image_budget.h"
#include "worker/load_once.h"
#include "worker/worker.h"

namespace wws::worker {

// Made once for all workers; the engine's instance is asked for its mailbox at the first load.
class JsRuntime final {
 public:
  // `bundler` is borrowed.
  JsRuntime(std::shared_ptr<const wasm::Program> program, bundler::Bundler& bundler)
      : program_(std::move(program)), bundler_(bundler) {}
  Task<Result<std::shared_ptr<const abi::js::Engine>>> engine(abi::LoopServices& services);
  [[nodiscard]] const std::shared_ptr<const wasm::Program>& program() const { return program_; }
  [[nodiscard]] bundler::Bundler& bundler() noexcept { return bundler_; }

 private:
  std::shared_ptr<const wasm::Program> program_;
  bundler::Bundler& bundler_;
  LoadOnce<std::shared_ptr<const abi::js::Engine>> engine_;
};

// A file in JavaScript or TypeScript. One that imports others is bundled with them, by the bundler,
// before it is loaded.
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
  // The script, and what of Node's it may ask for in vain.
  Task<Result<abi::js::Script>> script(std::vector<std::string>& missing);
  Task<Result<std::shared_ptr<const Loaded>>> loaded(abi::LoopServices& services);

  JsRuntime& js_;
  ImageBudget& budget_;
  std::filesystem::path file_;
  abi::WorkerIdentity identity_;
  LoadOnce<Loaded> loaded_;
  std::unique_ptr<const bundler::Bundle> bundle_;  // of whoever loads, one at a time
  std::atomic<bool> told_replayed_{false};
};

}  // namespace wws::worker
