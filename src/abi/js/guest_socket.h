// GuestSocket: the WebSocket that a request became, between its client and the guest.
//
// Life: made when the guest answers with one, and may be sent to at once; open() gives it to the
// client, or answers why not. From then on what comes is pushed as events, a message only when the
// guest has taken the one before. The last event says that it is closed; then, or where it could
// not be opened, join() must be awaited, before the exchange goes. Belongs to one loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "abi/services.h"
#include "abi/sockets.h"
#include "abi/worker_identity.h"
#include "http/exchange.h"
#include "http/websocket/connection.h"
#include "io/notifier.h"
#include "io/task_group.h"

namespace wws::abi::js {

class GuestSocket final {
 public:
  // All but `push` are borrowed. `push` gets Event messages of abi.h.
  GuestSocket(LoopServices& services, const WorkerIdentity& worker, http::Exchange& exchange,
              std::function<void(std::string)> push);
  GuestSocket(const GuestSocket&) = delete;
  GuestSocket& operator=(const GuestSocket&) = delete;
  ~GuestSocket() = default;

  // A client that asked for no WebSocket, or for one too many, is answered so, and the guest is
  // told that it is closed. Errors: Invalid, what is wrong with the guest's head; nothing was
  // answered then.
  Task<Result<void>> open(http::ResponseHead head);
  [[nodiscard]] bool is_open() const noexcept { return place_ != nullptr; }

  // What the guest asks for; WWS_WRITE_*.
  std::int32_t send(std::uint32_t kind, ByteView bytes);
  void close(std::uint32_t code, std::string_view reason);
  [[nodiscard]] std::uint64_t queued_bytes() const noexcept { return connection_.queued_bytes(); }

  // The guest has taken the last message.
  void taken();
  // The worker failed: the client is told, if it can be, and what it sends is dropped.
  void fail();
  // The last event was pushed.
  [[nodiscard]] bool is_over() const noexcept { return over_; }
  Task<void> join();

 private:
  Task<void> read();
  Task<void> refuse(http::ResponseHead head, std::string body);
  void end(const http::websocket::Ending& ending);

  LoopServices& services_;
  const WorkerIdentity& worker_;
  http::Exchange& exchange_;
  std::function<void(std::string)> push_;
  http::websocket::Connection connection_;
  std::unique_ptr<Sockets::Place> place_;
  io::TaskGroup tasks_;
  io::Notifier taken_;
  bool failed_ = false;
  bool over_ = false;
};

}  // namespace wws::abi::js
