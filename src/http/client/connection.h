// Connection: one TCP stream to an upstream, plain or TLS, whose every wait has a deadline.
//
// Held by shared_ptr because its watchdog timers may fire after the last user let go. Belongs to
// one loop. At most one coroutine reads and one writes. Once something failed the socket is closed
// and every further call fails.
//
// Errors: TimedOut when `until` passes, Unsupported when the peer's certificate is not good, Gone
// otherwise (refused, cut, cancelled).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/client/tls_stream.h"
#include "io/task.h"

namespace wws::http {

using TimePoint = std::chrono::steady_clock::time_point;

// The protocols that a handshake offers.
enum class Offer : std::uint8_t { Http2AndHttp1, Http1 };

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(const boost::asio::any_io_executor& executor);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Task<Result<void>> connect(boost::asio::ip::tcp::endpoint endpoint, TimePoint until);
  // Handshake; the certificate must be valid for `host` (a name or a numeric address).
  // By ALPN it offers what `offer` says.
  Task<Result<void>> start_tls(boost::asio::ssl::context& context, std::string host, Offer offer,
                               TimePoint until);
  Task<Result<void>> write(std::string_view bytes, TimePoint until);  // borrowed
  // Some bytes; 0 at the orderly end of the stream.
  Task<Result<std::size_t>> read_some(MutableByteView out, TimePoint until);  // borrowed

  // Move the end of a read, or of a write, that is under way; nothing where there is none.
  void move_read_end(TimePoint until) { move_end(&Connection::reading_, until); }
  void move_write_end(TimePoint until) { move_end(&Connection::writing_, until); }

  void close() noexcept;
  // Open, and the peer has sent nothing since: fit for another request.
  [[nodiscard]] bool is_quiet() noexcept;
  // Whether the kernel has something for a read that is under way, be it the end; takes nothing.
  [[nodiscard]] bool has_unread() noexcept;
  [[nodiscard]] bool has_received() const noexcept { return received_; }
  // Whether the kernel has taken something of what was to be written.
  [[nodiscard]] bool has_sent() const noexcept { return sent_; }
  // Forgets both, for the next request on the same connection.
  void begin_request() noexcept { received_ = sent_ = false; }
  // Whether an operation ended because its coroutine was cancelled.
  [[nodiscard]] bool was_cancelled() const noexcept { return cancelled_; }
  // Whether the peer has chosen HTTP/2 by ALPN; after start_tls().
  [[nodiscard]] bool speaks_http2() const noexcept { return speaks_http2_; }
  // The numeric address of the peer, as it was judged.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  class Watch;
  using Code = boost::system::error_code;

  // Of one direction.
  struct Watchdog {
    boost::asio::steady_timer timer;
    std::uint64_t turn = 0;  // tells a stale timer's call from the current one's
    bool on_duty = false;    // an operation is under way
    bool armed = false;
  };

  void arm(Watchdog Connection::* dog, TimePoint until);
  void move_end(Watchdog Connection::* dog, TimePoint until);
  std::unexpected<Error> failure(const Code& code, std::string_view what);

  boost::asio::ip::tcp::socket socket_;
  std::optional<TlsStream> tls_;
  Watchdog reading_;
  Watchdog writing_;
  std::string address_;
  bool expired_ = false;
  bool cancelled_ = false;
  bool received_ = false;
  bool sent_ = false;
  bool speaks_http2_ = false;
};

}  // namespace wws::http
