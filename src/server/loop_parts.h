// LoopParts: what a loop needs to run workers: its event loop, outbound connections, instances,
// background tasks. Belongs to one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "abi/services.h"
#include "base/result.h"
#include "bindings/fetch.h"
#include "http/client/client.h"
#include "server/server.h"

namespace wws::server {

class LoopParts final {
 public:
  // `shared`, `seldom` and `names` are borrowed; `seldom` and `metrics` may be null, and `names`
  // for one of its own.
  static Result<std::unique_ptr<LoopParts>> create(const wasm::PoolOptions& options,
                                                   const Shared& shared, observe::Seldom* seldom,
                                                   observe::LoopMetrics* metrics,
                                                   http::NameResolver* names = nullptr);
  LoopParts(const LoopParts&) = delete;
  LoopParts& operator=(const LoopParts&) = delete;
  ~LoopParts() {
    if (join_threads_) join_threads_();
  }

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] abi::LoopServices& services() noexcept { return *services_; }
  [[nodiscard]] wasm::InstancePool& pool() noexcept { return *pool_; }
  [[nodiscard]] abi::Sockets* sockets() noexcept { return sockets_ ? &*sockets_ : nullptr; }
  [[nodiscard]] io::TaskGroup& background() noexcept { return *background_; }

 private:
  LoopParts() = default;

  std::function<void()> join_threads_;
  // Members end in the reverse order of their use.
  boost::asio::io_context context_{1};
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<bindings::Fetcher> fetcher_;
  std::unique_ptr<wasm::InstancePool> pool_;
  std::unique_ptr<io::TaskGroup> background_;
  std::unique_ptr<io::Offload> offload_;
  std::optional<abi::Sockets> sockets_;
  std::unique_ptr<abi::LoopServices> services_;
};

// Loads the workers one after the other, in order, as far as `budget` has room ahead (null: all);
// what could not be loaded. `on` and `budget` outlive it.
Task<std::vector<LoadFailure>> load_workers(abi::LoopServices& on,
                                            std::vector<std::shared_ptr<worker::Worker>> workers,
                                            const worker::ImageBudget* budget);

}  // namespace wws::server
