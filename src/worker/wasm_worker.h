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
#include "base/file_stamp.h"
#include "wasm/memory_budget.h"
#include "worker/body_budget.h"
#include "worker/image_budget.h"
#include "worker/load_once.h"
#include "worker/worker.h"

namespace wws::worker {

// Compiles modules on threads of its own, each content once for all workers that hold it at the
// same time; other threads read what would hold up a loop. Thread-safe.
class WasmRuntime final {
 public:
  explicit WasmRuntime(wasm::Runtime& runtime);
  ~WasmRuntime();
  // Waits for what is under way; nothing runs on its threads after. May be called again.
  void join();

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
  struct Content {
    std::weak_ptr<const wasm::Program> program;  // as long as a worker or a request holds it
    std::shared_ptr<Once> compilation;           // under way, or failed for good
  };

  [[nodiscard]] std::shared_ptr<const wasm::Program> find(const std::string& digest,
                                                          std::shared_ptr<Once>& compilation);
  void forget_unused();
  wasm::Runtime& runtime_;
  wasm::HostFunctions imports_;
  boost::asio::thread_pool threads_;
  boost::asio::thread_pool documents_;  // apart, no document waits for a compiler
  BodyBudget bodies_;
  std::mutex mutex_;
  std::map<std::string, Content> by_content_;  // SHA-256
  std::size_t sweep_at_ = 64;                  // entries
};

class WasmWorker final : public Worker, private Evictable {
 public:
  // `wasm` and `budget` are borrowed and outlive the worker. `stamp` is the file's from when the
  // project was read: a module that is another by now is not loaded.
  WasmWorker(WasmRuntime& wasm, ImageBudget& budget, std::filesystem::path file,
             std::optional<FileStamp> stamp, abi::WorkerIdentity identity);
  ~WasmWorker() override { leave_budget(); }

  [[nodiscard]] const abi::WorkerIdentity& identity() const noexcept override { return identity_; }
  [[nodiscard]] WorkerStatus status() const override;
  [[nodiscard]] std::shared_ptr<const wasm::Image> image() const override;
  Task<Result<void>> load(abi::LoopServices& services) override;
  Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                   Params params) override;

 private:
  struct Loaded {
    std::shared_ptr<const wasm::Program> program;
    std::vector<std::string> entry_points;
  };
  struct Run;

  void evict() noexcept override { loaded_.drop(); }
  Task<Result<Loaded>> make(boost::asio::any_io_executor loop);
  Task<Result<std::shared_ptr<const Loaded>>> loaded(abi::LoopServices& services);
  [[nodiscard]] abi::wasi_p1::WasiOptions options(std::string document) const;
  // Gone when the client left meanwhile; the guest is stopped then. `held` is for the response's
  // body, as long as that is here. Exhausted only where the server is busy.
  Task<Result<abi::stdio_json::JsonResponse>> run(abi::LoopServices& services, const Loaded& loaded,
                                                  http::Exchange& exchange, std::string document,
                                                  bindings::KvTransaction* kv,
                                                  wasm::HeldMemory& held);
  void count_limit(abi::LoopServices& services, Run& run, const Error& ended) const;
  static Result<void> store(bindings::KvTransaction& kv, abi::stdio_json::Pairs& wanted);

  WasmRuntime& wasm_;
  ImageBudget& budget_;
  std::filesystem::path file_;
  std::optional<FileStamp> stamp_;
  abi::WorkerIdentity identity_;
  std::vector<bindings::files::Mount> folders_;
  LoadOnce<Loaded> loaded_;
};

}  // namespace wws::worker
