// Client: outbound HTTP requests, as streams both ways.
//
// Over TLS it offers HTTP/2 and HTTP/1.1 by ALPN, without TLS it speaks HTTP/1.1. The requests to
// one host (scheme, name and port) share connections of HTTP/2 as streams of theirs; a connection
// of HTTP/1.1 carries one request at a time.
//
// Belongs to one loop. It resolves the host, lets the caller's AddressFilter judge every address it
// is about to connect to, connects to exactly the judged address, verifies TLS against the system's
// roots, keeps idle connections for reuse (same scheme, host, port), and never follows redirects:
// policy is the caller's (bindings/fetch). A request is sent again where the upstream has not
// looked at it: it says so (HTTP/2), or nothing of it had left; and an idempotent one (RFC 9110
// section 9.2.2) also where a kept connection ends without a byte of the answer.
//
// The client outlives what waits in send(); responses may outlive the client. Where the loop is
// destroyed first, the frames that wait may be destroyed after the client.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/exchange.h"
#include "http/message.h"
#include "io/task.h"

namespace wws::http {

class NameResolver;

struct ClientRequest {
  std::string method = "GET";
  bool secure = false;
  std::string host;  // without port or brackets
  std::uint16_t port = 80;
  std::string target = "/";  // path and query
  // Of these Host, Expect and Content-Length, and what is of the connection (Connection,
  // Keep-Alive, TE, Trailer, Transfer-Encoding, Upgrade, Proxy-Connection) are the client's: they
  // are dropped. "TE: trailers" goes along in HTTP/2.
  Headers headers;
  std::string body;  // sent with Content-Length, unless body_source is set
  // Streamed. It is read while the response is awaited and read, and let go when it has ended, the
  // response has, or nobody wants that any more.
  std::shared_ptr<BodySource> body_source = nullptr;
  std::string asker = {};  // who sends it, for its share of the lookups of names
  // No wait for this request, its response's body included, goes past this point of time.
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;
};

// A response whose head has arrived; its body is read from it. The request's body may still be on
// its way then, and goes on until the response has ended: what is not sent by then is not.
// Destroying it before the end closes the connection, or resets the stream of HTTP/2.
class ClientResponse : public BodySource {
 public:
  [[nodiscard]] virtual const ResponseHead& head() const noexcept = 0;
};

// So many fields may the head of a response have. Bytes alone do not bound them well: what guests
// do with them may take the square of their number.
inline constexpr std::uint32_t kMostFields = 1024;

struct ClientLimits {
  std::chrono::milliseconds connect_timeout{10'000};   // resolve, connect and TLS handshake
  std::chrono::milliseconds response_timeout{30'000};  // request sent to head arrived
  std::chrono::milliseconds read_timeout{30'000};      // between pieces of the body
  std::uint32_t max_head_bytes = 64 * 1024;
  // What a crowd closes while it runs uses up ports.
  std::uint32_t max_idle_per_host = 1024;
  std::chrono::milliseconds max_idle_time{15'000};
};

// Whether a connection to this numeric address ("10.0.0.1", "::1") may be made; an error says why
// not (Denied).
using AddressFilter = std::function<Result<void>(std::string_view address)>;

class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Errors: Invalid (a malformed request, a body that is not of its length), Internal (a malformed
  // response), Exhausted (the response's head is too large), NotFound (name does not resolve),
  // Denied (filter), Gone (refused or cut), TimedOut, Unsupported (TLS verification failed: text
  // says why), and those of body_source. Cancelling the awaiting coroutine does as destroying the
  // response.
  virtual Task<Result<std::unique_ptr<ClientResponse>>> send(ClientRequest request,
                                                             AddressFilter filter) = 0;
};

// `ca_file`: PEM roots instead of the system's; empty for those, which are read beside the loop
// when the first request wants them (http/client/trust.h). `names` is borrowed, for loops to share;
// null for one of its own.
[[nodiscard]] Result<std::unique_ptr<Client>> make_client(boost::asio::io_context& loop,
                                                          ClientLimits limits,
                                                          const std::string& ca_file = "",
                                                          NameResolver* names = nullptr);

}  // namespace wws::http
