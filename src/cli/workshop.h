// Workshop: what sites are made with and workers run on, with the engine and the bundler that are
// inside the program. Linked into the program alone.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "abi/sockets.h"
#include "base/result.h"
#include "bindings/cache.h"
#include "bindings/kv.h"
#include "bundler/bundler.h"
#include "cli/options.h"
#include "cli/site_builder.h"
#include "cli/worker_bin.h"
#include "io/clock.h"
#include "io/random.h"
#include "observe/log.h"
#include "wasm/runtime.h"
#include "worker/image_budget.h"
#include "worker/js_worker.h"
#include "worker/wasm_worker.h"

namespace wws::cli {

// Members end in the reverse order of their use.
struct Workshop {
  std::unique_ptr<wasm::Runtime> runtime;
  std::optional<bundler::Bundler> bundler;
  std::optional<worker::JsRuntime> js;
  std::optional<worker::WasmRuntime> wasm;
  std::optional<worker::ImageBudget> images;
  std::optional<abi::SocketBudget> sockets;
  bindings::KvStore kv;
  std::optional<bindings::CacheStore> caches;
  WorkerNumbers numbers;
  WorkerBin bin;

  // Threads that compile, before the loops that they report to end.
  void join_threads() {
    bundler->join();
    wasm->join();
  }
  [[nodiscard]] SiteParts parts(const io::Clock& clock) {
    return {*js, *wasm, *images, clock, numbers, bin};
  }
};

// `root` is the project's. What is borrowed outlives the workshop.
[[nodiscard]] Result<void> open_workshop(Workshop& workshop, const Options& options,
                                         const std::filesystem::path& root, const io::Clock& clock,
                                         io::Random& random, observe::Log& log);

}  // namespace wws::cli
