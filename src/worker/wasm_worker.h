// A worker that is a Wasm module speaking the stdin/stdout protocol (src/abi/stdio_json) on WASI
// preview 1.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>

#include "abi/stdio_json/session.h"
#include "abi/worker_identity.h"
#include "worker/body_budget.h"
#include "worker/load_once.h"
#include "worker/worker.h"

namespace wws::worker {

// Compiles modules, each content once, on threads of its own; other threads read what would hold up
// a loop. Thread-safe.
class WasmRuntime final {
 public:
  explicit WasmRuntime(wasm::Runtime& runtime);
  ~WasmRuntime();

  Task<Result<std::shared_ptr<const wasm::Program>>> program(boost::asio::any_io_executor loop,
                                                             std::filesystem::path file);
  // Runs `work` on another thread and comes back: for documents that take longer to read or write
  // than the loop's other requests may wait.
  Task<void> aside(std::function<void()> work);
  [[nodiscard]] BodyBudget& bodies() noexcept { return bodies_; }
  // For what may block as long as a disk does.
  [[nodiscard]] boost::asio::any_io_executor threads() { return threads_.get_executor(); }

 private:
  using Once = LoadOnce<std::shared_ptr<const wasm::Program>>;

  wasm::Runtime& runtime_;
  wasm::HostFunctions imports_;
  boost::asio::thread_pool threads_;
  boost::asio::thread_pool documents_;  // apart, no document waits for a compiler
  BodyBudget bodies_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Once>> by_content_;  // SHA-256
};

class WasmWorker final : public Worker {
 public:
  WasmWorker(WasmRuntime& wasm, std::filesystem::path file, abi::WorkerIdentity identity);

  Task<Result<void>> load(abi::LoopServices& services) override;
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                   Params params) override;

 private:
  struct Loaded {
    std::shared_ptr<const wasm::Program> program;
    std::vector<std::string> entry_points;
  };
  struct Run;

  Task<Result<Loaded>> make(boost::asio::any_io_executor loop);
  Task<Result<std::shared_ptr<const Loaded>>> loaded(abi::LoopServices& services);
  [[nodiscard]] abi::wasi_p1::WasiOptions options(std::string document) const;
  Task<Result<abi::stdio_json::JsonResponse>> run(abi::LoopServices& services, const Loaded& loaded,
                                                  std::string document,
                                                  bindings::KvTransaction* kv);
  static Result<void> store(bindings::KvTransaction& kv, abi::stdio_json::Pairs& wanted);

  WasmRuntime& wasm_;
  std::filesystem::path file_;
  abi::WorkerIdentity identity_;
  std::vector<bindings::files::Mount> folders_;
  LoadOnce<Loaded> loaded_;
};

}  // namespace wws::worker
