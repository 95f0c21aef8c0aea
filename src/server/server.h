// Server: one loop per core, each with its own listener, instances and outbound connections.
//
// make_server() binds; run() serves on the calling thread and its own threads until stop() and
// returns when running requests have ended or the grace period is over. stop() may be called from
// any thread and twice: the second call cuts what still runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "bindings/kv.h"
#include "http/listener.h"
#include "io/clock.h"
#include "io/random.h"
#include "observe/log.h"
#include "server/site.h"
#include "wasm/runtime.h"
#include "worker/image_budget.h"

namespace wws::server {

struct ServerOptions {
  http::ListenAddress address;
  http::ConnectionLimits limits;
  unsigned loops = 1;
  wasm::PoolOptions pool;
  std::chrono::milliseconds shutdown_grace{10'000};
  // Workers are loaded before they are asked for, as far as this time goes before serving starts;
  // the rest loads while the server runs, until half of the image budget is used. What is left then
  // is loaded when it is asked for.
  std::chrono::milliseconds preload{200};
};

// What the loops share; all of it outlives the server.
struct Shared {
  const Site& site;
  wasm::Runtime& runtime;
  worker::ImageBudget& images;
  bindings::KvStore& kv;
  const io::Clock& clock;
  io::Random& random;
  observe::Log& log;
};

class Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
  // Loads workers within the preload time; the failures so far, "file: reason".
  virtual std::vector<std::string> preload() = 0;
  // WithWorkLeft: something could not be ended within the grace period (a compilation, say); the
  // process must end without destroying the server.
  enum class Ended { Cleanly, WithWorkLeft };
  [[nodiscard]] virtual Ended run() = 0;
  virtual void stop() = 0;
};

[[nodiscard]] Result<std::unique_ptr<Server>> make_server(const ServerOptions& options,
                                                          Shared shared);

}  // namespace wws::server
