// Listener: accepts HTTP/1.1 connections on one loop and hands their requests to a Handler.
//
// Each loop has its own listener on the same address (SO_REUSEPORT); nothing is shared. All calls
// on the loop's thread. RFC 9110 and RFC 9112; parsing is llhttp's, strict.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "observe/log.h"

namespace wws::http {

// Bounds of a connection; 0 switches a number off.
struct ConnectionLimits {
  std::uint32_t max_head_bytes = 64 * 1024;          // request line and fields: 431 past it
  std::uint32_t max_headers = 128;                   // 431
  std::uint64_t max_body_bytes = 10 * 1024 * 1024;   // 413
  std::chrono::milliseconds header_timeout{10'000};  // first byte to end of head: 408
  std::chrono::milliseconds idle_timeout{60'000};    // between requests: closed
  std::chrono::milliseconds body_timeout{30'000};    // without a byte of an awaited body: 408
  std::chrono::milliseconds write_timeout{30'000};   // without progress of a response: closed
  std::uint32_t max_connections = 10'000;            // of this loop; more wait in the kernel
};

struct ListenAddress {
  std::string host = "127.0.0.1";  // a name, an IPv4 or an IPv6 address, bracketed or not
  std::uint16_t port = 8080;       // 0: any free port
};

class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  // The port that was bound.
  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
  virtual void start() = 0;
  // Stops accepting; connections without a request close, running exchanges finish and close.
  virtual void stop_accepting() = 0;
  [[nodiscard]] virtual std::size_t open_connections() const noexcept = 0;
  // Cuts what is still open.
  virtual void close_all() = 0;
};

// Binds at once. Errors name the address: "cannot listen on 127.0.0.1:8080: address already in
// use". `reuse_port` lets the listeners of several loops share it.
enum class ReusePort : bool { No, Yes };
[[nodiscard]] Result<std::unique_ptr<Listener>> make_listener(boost::asio::io_context& loop,
                                                              const ListenAddress& address,
                                                              ReusePort reuse_port,
                                                              const ConnectionLimits& limits,
                                                              Handler& handler, observe::Log& log);

}  // namespace wws::http
