// Admin: what operators see of a running server: the panel under /_panel/, the API under /_api/v0,
// /metrics for Prometheus, /healthz and /readyz.
//
// It has a listener and a thread of its own, so that it answers while the server's loops are busy
// and never shares a port with workers. It reads counters, asks the loops for their state, sends
// them an operator's requests, and has the project reloaded. access.h says who may use it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admin/status.h"
#include "base/result.h"
#include "http/listener.h"
#include "io/clock.h"
#include "observe/log_ring.h"
#include "observe/metrics.h"
#include "server/reload.h"
#include "server/server.h"

namespace wws::admin {

// A file of the panel, or `openapi.json`; views of static storage.
struct StaticFile {
  std::string_view path;  // "index.html", "assets/index-1a2b3c.js"
  std::string_view bytes;
};

struct AdminOptions {
  http::ListenAddress address{.host = "127.0.0.1", .port = 8081};
  std::string token;  // empty: none is asked for, which only a loopback address may do
  // Of an earlier process, which is served instead of a new one; taken.
  std::optional<int> taken_over = std::nullopt;
};

// All of it is borrowed and outlives the admin's stop(); the server may end after that.
struct Sources {
  server::Server& server;
  const wasm::Runtime& runtime;
  const observe::Metrics& metrics;
  const bindings::CacheStore& caches;
  const observe::LogRing& ring;
  observe::Log& log;
  const io::Clock& clock;
  std::span<const StaticFile> files;
  Facts facts;
  // Has the project read again; `done` is called on any thread, at the end perhaps never. Null:
  // nobody can.
  using Reloaded = std::function<void(server::ReloadOutcome)>;
  std::function<void(Reloaded done)> reload = nullptr;
};

class Admin {
 public:
  Admin() = default;
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;
  virtual ~Admin() = default;

  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
  // Once: answers from now on, on a thread of its own.
  virtual void start() = 0;
  // Cuts what is under way and joins the thread. Answers that loops of the server still prepare
  // come to nothing, but come: destroy this after the server.
  virtual void stop() = 0;
  // A duplicate of what is listened on; null once that has stopped. From any thread, as the next.
  [[nodiscard]] virtual std::unique_ptr<http::ListenSocket> listening() = 0;
  // Another process serves the same socket: no more connections are accepted.
  virtual void hand_over() = 0;
};

// Binds at once. Errors: as make_listener(); Denied for an address that other machines reach
// without a token, Invalid for a token of less than 16 characters.
[[nodiscard]] Result<std::unique_ptr<Admin>> make_admin(AdminOptions options, Sources sources);

}  // namespace wws::admin
