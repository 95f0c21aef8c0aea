// A session whose response is a WebSocket: it lives on as long as that does, and each event is a
// turn with bounds of its own.
#include "abi/js/session.h"
#include "guest/js/abi.h"

namespace wws::abi::js {

Task<Result<void>> Session::open_socket(http::ResponseHead head) {
  exchange_->on_gone({});
  // The socket knows when its client leaves.
  watching_ = streaming_ = true;
  auto opened = co_await socket_->open(std::move(head));
  if (!opened) socket_.reset();
  co_return opened;
}

void Session::begin_turn() {
  turn_began_ = lease_->cpu_used();
  computed_ = {};
  const auto& limits = worker_.config.limits;
  if (limits.cpu.count() != 0)
    lease_->set_limits({.cpu = turn_began_ + limits.cpu, .memory_bytes = limits.memory_bytes});
  deadline_ = deadline_after(limits.wall);
  log_budget_ = {};
}

// Delivers events until the last one of the socket, which has no time of its own to end in: its
// limits of idleness and of what waits bound it.
Task<Result<void>> Session::serve_socket() {
  while (true) {
    if (exceeded_) co_return fail(*exceeded_);
    if (events_.empty()) {
      // What one event stores the next one sees, and other requests too.
      WWS_CO_CHECK(commit_kv());
      if (socket_->is_over()) break;
      socket_->taken();
      WWS_CO_CHECK(lease_->count_memory());
      co_await wake().wait();
      continue;
    }
    const std::string message = events_.pop();
    begin_turn();
    auto ran = co_await run("wws_event", message);
    if (!ran) co_return fail(std::move(ran).error());
  }
  co_await socket_->join();
  sent_ = true;
  co_return Result<void>();
}

// The worker failed; its sandbox is given back before the client has gone.
Task<void> Session::fail_socket() {
  socket_->fail();
  timers_.clear();
  if (fetches_.empty() && computing_elsewhere_.empty()) {
    lease_->mark_unclean();
    lease_.reset();
  }
  co_await socket_->join();
}

std::int32_t Session::socket_send(std::uint32_t kind, ByteView bytes) {
  return socket_ ? socket_->send(kind, bytes) : WWS_WRITE_GONE;
}

void Session::socket_close(std::uint32_t code, std::string_view reason) {
  if (socket_) socket_->close(code, reason);
}

std::int64_t Session::socket_buffered() {
  return socket_ ? static_cast<std::int64_t>(socket_->queued_bytes()) : 0;
}

}  // namespace wws::abi::js
