// Server: one loop per core, each with its own listener, instances and outbound connections.
//
// make_server() binds; run() serves on the calling thread and its own threads until stop() and
// returns when running requests have ended or the grace period is over. stop() may be called from
// any thread and twice: the second call cuts what still runs. Everything below phase() is for
// whoever watches or changes the server from a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/developer_view.h"
#include "abi/sockets.h"
#include "base/result.h"
#include "bindings/cache.h"
#include "bindings/kv.h"
#include "develop/live_reload.h"
#include "http/listener.h"
#include "http/memory_exchange.h"
#include "io/clock.h"
#include "io/random.h"
#include "observe/access_log.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "server/current_site.h"
#include "wasm/runtime.h"
#include "worker/image_budget.h"

namespace wws::server {

// One place where clients come in.
struct ListenPoint {
  enum class Speaks : std::uint8_t { Http, Https, RedirectToHttps };
  http::ListenAddress address;
  Speaks speaks = Speaks::Http;
  // Opened by somebody else, who keeps it; `address` does not count then.
  std::optional<int> descriptor;
  // What an earlier and a later process call the same place.
  std::string name;
  // Sockets of an earlier process at this place, which are served instead of new ones. Taken.
  std::vector<int> taken_over;
};

// A socket of a listen point, for a process that goes on with it.
struct ListeningSocket {
  std::string name;  // of the point
  std::unique_ptr<http::ListenSocket> socket;
};

struct ServerOptions {
  std::vector<ListenPoint> listen;  // at least one
  // What all of them have; the certificates are those of the Https ones.
  http::ListenerOptions connections;
  unsigned loops = 1;
  wasm::PoolOptions pool;
  std::chrono::milliseconds shutdown_grace{10'000};
  std::chrono::milliseconds handover_grace{300'000};  // after hand_over()
  // Workers are loaded before they are asked for, as far as this time goes before serving starts;
  // the rest loads while the server runs, until half of the image budget is used. What is left then
  // is loaded when it is asked for.
  std::chrono::milliseconds preload{200};
};

// What the loops share; all that is borrowed outlives the server.
struct Shared {
  SitePointer site;  // the first one
  wasm::Runtime& runtime;
  worker::ImageBudget& images;
  bindings::KvStore& kv;
  bindings::CacheStore& caches;
  const io::Clock& clock;
  io::Random& random;
  observe::Log& log;
  observe::Metrics* metrics = nullptr;      // null: nobody counts
  observe::AccessLog* access = nullptr;     // null: there is none
  abi::DeveloperView* developer = nullptr;  // both null in production
  develop::LiveReload* reload = nullptr;
  abi::SocketBudget* sockets = nullptr;  // null: no WebSockets
  // Waits for threads whose work completes on a loop, since asio touches the loop's context once
  // more behind that. Called before a loop goes, for each; empty where there are none.
  std::function<void()> join_threads{};
};

// How one loop is doing.
struct LoopStatus {
  std::size_t connections = 0;
  std::size_t background = 0;  // tasks that go on after their response
  wasm::PoolStats pool;
};

struct LoadFailure {
  std::shared_ptr<const worker::Worker> worker;
  Error error;
};

// What became of a request that was given to ask().
struct Asked {
  http::ResponseHead head;
  std::string body;
  bool answered = false;   // else there is no head
  bool complete = false;   // else the body ends too early
  bool truncated = false;  // because the request's max_response was reached
  bool timed_out = false;
  std::chrono::nanoseconds took{};
};

class Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  // Where each listen point can be reached, in their order: "http://127.0.0.1:8080",
  // "unix:/run/wws.sock".
  [[nodiscard]] virtual std::vector<std::string> places() const = 0;
  // Loads workers within the preload time; the failures so far, "file: reason".
  virtual std::vector<std::string> preload() = 0;
  // WithWorkLeft: something could not be ended within the grace period (a compilation, say); the
  // process must end without destroying the server.
  enum class Ended { Cleanly, WithWorkLeft };
  [[nodiscard]] virtual Ended run() = 0;
  virtual void stop() = 0;

  // Duplicates of what is listened on; none once the server stops. From any thread.
  [[nodiscard]] virtual std::vector<ListeningSocket> listening() = 0;
  // As stop(), when another process serves these sockets: clients may take their time, and a
  // request that is on its way is answered. stop() after it is the first one. From any thread.
  virtual void hand_over() = 0;

  enum class Phase : std::uint8_t { Starting, Serving, Stopping };
  [[nodiscard]] virtual Phase phase() const noexcept = 0;
  // Answers a request on one of the loops as if a client had sent it; it must be what a parser
  // would let through. `done` is called there, once; after `limit` with what there is by then. At
  // shutdown it may be dropped instead.
  virtual void ask(http::MemoryExchange::Request request, std::chrono::milliseconds limit,
                   std::function<void(Asked)> done) = 0;
  // Calls `each` on every loop's thread, as soon as that loop comes to it.
  virtual void look(std::function<void(std::size_t loop, const LoopStatus&)> each) = 0;

  [[nodiscard]] virtual SitePointer site() const = 0;
  // A request that begins after this gets the new site, on whichever loop; those under way end on
  // the site that they began with.
  virtual void replace(SitePointer next) = 0;
  // Loads workers, as far as the image budget has room ahead, on a loop that goes on serving.
  // `done` is called there, once; at shutdown it may be dropped instead.
  virtual void load(std::vector<std::shared_ptr<worker::Worker>> workers,
                    std::function<void(std::vector<LoadFailure>)> done) = 0;
  // Drops idle instances whose image is not wanted any more, on each loop as soon as it comes to
  // it.
  virtual void drop_idle(std::function<bool(const wasm::Image&)> wanted) = 0;
};

[[nodiscard]] Result<std::unique_ptr<Server>> make_server(const ServerOptions& options,
                                                          Shared shared);

}  // namespace wws::server
