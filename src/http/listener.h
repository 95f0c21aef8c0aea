// Listener: accepts connections on one loop and hands their requests to a Handler, over HTTP/1.1
// (RFC 9110, RFC 9112) or HTTP/2 (RFC 9113), plain or over TLS.
//
// Each loop has its own listener on the same address; nothing is shared but immutable things and
// the certificates. All calls on the loop's thread. HTTP/2 is spoken where TLS settled on it
// (ALPN), and without TLS to clients that begin with its preface; `Upgrade: h2c` is not (RFC 9113
// section 3.1 deprecates it).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "http/forwarded/networks.h"
#include "http/listen_socket.h"
#include "http/occupancy.h"
#include "http/refusal.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "observe/seldom.h"

namespace wws::http {

namespace tls {
class Certificates;
}

// Bounds of a connection; 0 switches a number off.
struct ConnectionLimits {
  std::uint32_t max_head_bytes = 64 * 1024;         // request line and fields: 431 past it
  std::uint32_t max_headers = 128;                  // 431
  std::uint64_t max_body_bytes = 10 * 1024 * 1024;  // 413
  std::chrono::milliseconds header_timeout{
      10'000};                                      // first byte to end of head: 408; the handshake
  std::chrono::milliseconds idle_timeout{60'000};   // between requests: closed
  std::chrono::milliseconds body_timeout{30'000};   // without a byte of an awaited body: 408
  std::chrono::milliseconds write_timeout{30'000};  // without progress of a response: closed
  std::uint64_t max_connections = 10'000;           // of all; more wait in the kernel
  std::uint64_t max_per_address = 1'024;  // connections, or what a trusted proxy sends at once: 429
  std::uint64_t max_requests = 1'000'000;  // of a connection, which then ends in order
  std::uint32_t max_streams = 128;         // of an HTTP/2 connection at once; never none
  // Bytes a second, over the window of waiting for the client: of an awaited body (408), and that
  // the client takes of a response (closed).
  std::uint64_t receive_rate = 240;
  std::uint64_t send_rate = 240;
  std::chrono::milliseconds rate_window{30'000};
};

struct ListenerOptions {
  ConnectionLimits limits;
  tls::Certificates* certificates = nullptr;  // null: without TLS; borrowed
  // Whose Forwarded and X-Forwarded-* fields are believed.
  Networks trusted_proxies;
  // Connections of trusted proxies begin with a PROXY header (http/forwarded/proxy_header.h), which
  // is required of them. Whose Forwarded fields are believed is then a question of the address in
  // it.
  bool proxy_protocol = false;
  // Who counts connections for several listeners, and bounds them; null: by `limits`, for this one.
  // Borrowed.
  Occupancy* occupancy = nullptr;
  observe::LoopMetrics* metrics = nullptr;  // of this loop; null: nobody counts; borrowed
  Refusals* refusals = nullptr;             // told of what never comes to the handler; borrowed
  // Of records that clients can cause at will; null: all of them are written. Borrowed.
  observe::Seldom* seldom = nullptr;
  std::uint64_t id_seed = 0;  // of request ids; another one for each listener
};

class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  // The port that was bound; 0 for a unix socket.
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
  virtual void start() = 0;
  // Stops accepting; running exchanges finish and close. Connections without a request close, too,
  // after `patience`: until then a request that is on its way is answered. Again: with no more
  // patience than that.
  virtual void stop_accepting(std::chrono::milliseconds patience) = 0;
  void stop_accepting() { stop_accepting(std::chrono::milliseconds(0)); }
  [[nodiscard]] virtual std::size_t open_connections() const noexcept = 0;
  // Cuts what is still open.
  virtual void close_all() = 0;
};

// Serves a socket that listens already. Errors: Internal, when the loop cannot take it.
[[nodiscard]] Result<std::unique_ptr<Listener>> make_listener(boost::asio::io_context& loop,
                                                              std::unique_ptr<ListenSocket> socket,
                                                              const ListenerOptions& options,
                                                              Handler& handler, observe::Log& log);
// Binds at once, for plain HTTP. Errors: as ListenSocket::open().
[[nodiscard]] Result<std::unique_ptr<Listener>> make_listener(boost::asio::io_context& loop,
                                                              const ListenAddress& address,
                                                              ReusePort reuse_port,
                                                              const ConnectionLimits& limits,
                                                              Handler& handler, observe::Log& log);

}  // namespace wws::http
