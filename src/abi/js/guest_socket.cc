#include "abi/js/guest_socket.h"

#include "abi/busy_page.h"
#include "abi/failure_page.h"
#include "abi/js/messages.h"
#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

namespace websocket = http::websocket;

websocket::Limits limits_of(const config::Limits& limits) {
  return {.max_message_bytes = limits.message_bytes,
          .max_queued_bytes = limits.queue_bytes,
          .idle_timeout = limits.idle};
}

std::optional<observe::Limit> limit_of(websocket::Ending::Bound bound) {
  switch (bound) {
    case websocket::Ending::Bound::Message: return observe::Limit::Message;
    case websocket::Ending::Bound::Queue: return observe::Limit::Queue;
    case websocket::Ending::Bound::Idle: return observe::Limit::Idle;
    case websocket::Ending::Bound::None: break;
  }
  return std::nullopt;
}

}  // namespace

GuestSocket::GuestSocket(LoopServices& services, const WorkerIdentity& worker,
                         http::Exchange& exchange, std::function<void(std::string)> push)
    : services_(services),
      worker_(worker),
      exchange_(exchange),
      push_(std::move(push)),
      connection_(exchange, services.loop, limits_of(worker.config.limits)),
      tasks_(services.loop),
      taken_(services.loop) {}

Task<Result<void>> GuestSocket::open(http::ResponseHead head) {
  auto handshake = websocket::read_handshake(exchange_.request());
  if (!handshake) {
    co_await refuse(std::move(handshake.error().head), std::move(handshake.error().body));
    co_return Result<void>();
  }
  auto close = [this](std::uint16_t code, std::string_view why) { connection_.close(code, why); };
  Result<std::unique_ptr<Sockets::Place>> place =
      wws::fail(ErrorKind::Exhausted, "there is no room for WebSockets here");
  if (services_.sockets) place = services_.sockets->admit(worker_, std::move(close));
  if (!place) {
    // Which of the bounds it was is in the text, which holds no other numbers.
    const std::string why = "a WebSocket was refused: " + place.error().message();
    observe::write_seldom(services_.seldom, services_.log, observe::Level::Warn, why, why,
                          {{"worker", worker_.label}, {"route", worker_.route}});
    if (services_.metrics) services_.metrics->limited(worker_.number, observe::Limit::Sockets);
    auto page = busy_page();
    co_await refuse(std::move(page.head), std::move(page.body));
    co_return Result<void>();
  }
  auto opened = co_await connection_.open(std::move(head), *std::move(handshake));
  if (!opened) co_return opened;
  place_ = *std::move(place);
  if (services_.metrics) services_.metrics->socket_opened(worker_.number);
  tasks_.spawn(read());
  co_return Result<void>();
}

Task<void> GuestSocket::refuse(http::ResponseHead head, std::string body) {
  const auto answered = co_await exchange_.respond(std::move(head), std::move(body));
  if (!answered)
    services_.log.debug("the client left before its answer", {{"route", worker_.route}});
  websocket::Ending ending;
  ending.failure = "the WebSocket could not be opened";
  end(ending);
}

Task<void> GuestSocket::read() {
  while (true) {
    auto message = co_await connection_.receive();
    if (!message) break;
    if (services_.metrics) services_.metrics->message_received(worker_.number);
    if (failed_) continue;
    const auto kind = message->kind == websocket::Kind::Text ? WWS_SOCKET_TEXT : WWS_SOCKET_BINARY;
    push_(encode_message(static_cast<std::uint32_t>(kind), message->bytes));
    co_await taken_.wait();
  }
  const auto& ending = connection_.ending();
  if (services_.metrics) {
    if (const auto limit = limit_of(ending.bound))
      services_.metrics->limited(worker_.number, *limit);
    services_.metrics->socket_closed(worker_.number);
  }
  end(ending);
}

void GuestSocket::end(const websocket::Ending& ending) {
  over_ = true;
  push_(encode_closed(ending.code, ending.clean, ending.failure, ending.reason));
}

std::int32_t GuestSocket::send(std::uint32_t kind, ByteView bytes) {
  const auto as = kind == WWS_SOCKET_TEXT ? websocket::Kind::Text : websocket::Kind::Binary;
  if (over_ || !connection_.send(as, std::string(as_text(bytes)))) return WWS_WRITE_GONE;
  if (services_.metrics) services_.metrics->message_sent(worker_.number);
  return WWS_WRITE_OK;
}

void GuestSocket::close(std::uint32_t code, std::string_view reason) {
  const bool known =
      code <= UINT16_MAX && websocket::is_sendable_code(static_cast<std::uint16_t>(code));
  if (!over_)
    connection_.close(known ? static_cast<std::uint16_t>(code) : websocket::kNoStatus, reason);
}

void GuestSocket::taken() { taken_.notify(); }

void GuestSocket::fail() {
  failed_ = true;
  connection_.close(websocket::kInternalError, "the worker failed");
  taken_.notify();
}

Task<void> GuestSocket::join() {
  taken_.notify();
  co_await tasks_.join();
  co_await connection_.join();
  place_.reset();
}

}  // namespace wws::abi::js
