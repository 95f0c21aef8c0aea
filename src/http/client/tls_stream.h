// TlsStream: TLS over a connected socket, as the client.
//
// OpenSSL reads and writes the descriptor itself: nothing lies between it and the kernel, so what
// has arrived and was not read can be told (is_quiet()).
//
// Borrows the socket, which may be closed at any time: calls end with `bad_descriptor` then, or
// `operation_aborted` where they waited. Other errors: `eof` at the orderly end, `stream_truncated`
// where the peer left without it, and those of sockets and of OpenSSL. Belongs to one loop; at most
// one coroutine reads and one writes.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "io/task.h"

namespace wws::http {

class TlsStream final {
 public:
  using Code = boost::system::error_code;
  using Socket = boost::asio::ip::tcp::socket;

  TlsStream(Socket& socket, SSL_CTX* context);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() = default;

  // For settings before the handshake and questions after it; null where OpenSSL has no memory.
  [[nodiscard]] SSL* handle() const noexcept { return ssl_.get(); }

  Task<Code> handshake();
  // Some bytes, or an error. What is given is borrowed here and below.
  Task<std::size_t> read_some(MutableByteView out, Code& error);
  // All of them, or fewer and an error.
  Task<std::size_t> write(std::string_view bytes, Code& error);
  // Nothing has arrived that was not read, but for records without content (session tickets). Not
  // while anybody reads or writes.
  [[nodiscard]] bool is_quiet() noexcept;

 private:
  struct Free {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };
  enum class Next : std::uint8_t { Done, Read, Write, Failed };

  // Calls OpenSSL, as often as it takes.
  template <typename Step>
  Task<Code> run(Step step);
  [[nodiscard]] Next next(int result, Code& error) const noexcept;

  Socket& socket_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace wws::http
