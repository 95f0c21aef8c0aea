#include "http/client/connection.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace wws::http {
namespace asio = boost::asio;
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// What the certificate must say. An address is matched against the certificate's addresses and is
// not sent as server name (RFC 6066 section 3).
bool expect_peer(SSL* ssl, const std::string& host) {
  boost::system::error_code not_numeric;
  asio::ip::make_address(host, not_numeric);
  if (!not_numeric) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(host.c_str())) == 1;
}

// Each name with its length before it (RFC 7301 section 3.1). True when OpenSSL takes them.
bool offer_protocols(SSL* ssl, Offer offer) {
  static constexpr unsigned char kAll[] = "\x02h2\x08http/1.1";
  constexpr unsigned kHttp2 = 3;
  const unsigned skipped = offer == Offer::Http1 ? kHttp2 : 0;
  return SSL_set_alpn_protos(ssl, kAll + skipped, sizeof(kAll) - 1 - skipped) == 0;
}

bool has_chosen_http2(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &name, &length);
  return as_text(ByteView(name, length)) == "h2";
}

}  // namespace

// Closes the connection when the time is over, unless the operation ends first.
class Connection::Watch {
 public:
  Watch(Connection& connection, Watchdog Connection::* dog, TimePoint until)
      : dog_(connection.*dog) {
    dog_.on_duty = true;
    connection.arm(dog, until);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    dog_.on_duty = false;
    ++dog_.turn;
    if (std::exchange(dog_.armed, false)) dog_.timer.cancel();
  }

 private:
  Watchdog& dog_;
};

Connection::Connection(const asio::any_io_executor& executor)
    : socket_(executor),
      reading_{asio::steady_timer(executor)},
      writing_{asio::steady_timer(executor)} {}
Connection::~Connection() { close(); }

void Connection::arm(Watchdog Connection::* dog, TimePoint until) {
  Watchdog& armed = this->*dog;
  const auto turn = ++armed.turn;
  if (std::exchange(armed.armed, false)) armed.timer.cancel();
  if (until == TimePoint::max()) return;
  armed.armed = true;
  armed.timer.expires_at(until);
  armed.timer.async_wait([weak = weak_from_this(), dog, turn](const Code& code) {
    const auto self = weak.lock();
    if (code || !self || ((*self).*dog).turn != turn) return;
    self->expired_ = true;
    self->close();
  });
}

void Connection::move_end(Watchdog Connection::* dog, TimePoint until) {
  if ((this->*dog).on_duty) arm(dog, until);
}

std::unexpected<Error> Connection::failure(const Code& code, std::string_view what) {
  close();
  if (expired_) return fail(ErrorKind::TimedOut, fmt::format("{}: no answer in time", what));
  if (code == asio::error::operation_aborted) {
    cancelled_ = true;
    return fail(ErrorKind::Gone, fmt::format("{}: cancelled", what));
  }
  if (code == asio::error::eof || code == asio::ssl::error::stream_truncated)
    return fail(ErrorKind::Gone, fmt::format("{}: the upstream closed the connection", what));
  return fail(ErrorKind::Gone, fmt::format("{}: {}", what, code.message()));
}

Task<Result<void>> Connection::connect(asio::ip::tcp::endpoint endpoint, TimePoint until) {
  address_ = endpoint.address().to_string();
  Code code;
  {
    Watch watch(*this, &Connection::writing_, until);
    std::tie(code) = co_await socket_.async_connect(endpoint, kAwait);
  }
  if (code || !socket_.is_open())
    co_return failure(code, fmt::format("cannot connect to {} port {}", address_, endpoint.port()));
  Code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  co_return Result<void>{};
}

Task<Result<void>> Connection::start_tls(asio::ssl::context& context, std::string host, Offer offer,
                                         TimePoint until) {
  tls_.emplace(socket_, context.native_handle());
  SSL* const ssl = tls_->handle();
  if (!ssl) co_return fail(ErrorKind::Internal, "OpenSSL has no memory for a connection");
  if (!expect_peer(ssl, host))
    co_return fail(ErrorKind::Invalid, fmt::format("'{}' cannot be a TLS server name", host));
  if (!offer_protocols(ssl, offer))
    co_return fail(ErrorKind::Internal, "OpenSSL does not take the names of the protocols");
  Code code;
  {
    Watch watch(*this, &Connection::writing_, until);
    code = co_await tls_->handshake();
  }
  speaks_http2_ = !code && has_chosen_http2(ssl);
  if (!code && socket_.is_open()) co_return Result<void>{};
  const auto verdict = SSL_get_verify_result(ssl);
  if (code && !expired_ && verdict != X509_V_OK) {
    close();
    co_return fail(ErrorKind::Unsupported,
                   fmt::format("the certificate of '{}' is not trusted: {}", host,
                               X509_verify_cert_error_string(verdict)));
  }
  co_return failure(code, fmt::format("TLS handshake with '{}'", host));
}

Task<Result<void>> Connection::write(std::string_view bytes, TimePoint until) {
  Code code;
  std::size_t count = 0;
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  {
    Watch watch(*this, &Connection::writing_, until);
    if (tls_)
      count = co_await tls_->write(bytes, code);
    else
      std::tie(code, count) = co_await asio::async_write(socket_, buffer, kAwait);
  }
  sent_ = sent_ || count > 0;
  if (code == asio::error::operation_aborted || expired_) co_return failure(code, "sending");
  // The socket stays open: an upstream that refuses a body early has often answered already.
  if (code) co_return fail(ErrorKind::Gone, fmt::format("sending: {}", code.message()));
  co_return Result<void>{};
}

Task<Result<std::size_t>> Connection::read_some(MutableByteView out, TimePoint until) {
  Code code;
  std::size_t count = 0;
  const auto buffer = asio::buffer(out.data(), out.size());
  {
    Watch watch(*this, &Connection::reading_, until);
    if (tls_)
      count = co_await tls_->read_some(out, code);
    else
      std::tie(code, count) = co_await socket_.async_read_some(buffer, kAwait);
  }
  if (count > 0) {
    received_ = true;
    co_return count;
  }
  if (code == asio::error::eof && !expired_) co_return std::size_t{0};
  co_return failure(code, "receiving");
}

void Connection::close() noexcept {
  Code ignored;
  socket_.close(ignored);
}

bool Connection::is_quiet() noexcept {
  if (!socket_.is_open()) return false;
  return tls_ ? tls_->is_quiet() : !has_unread();
}

bool Connection::has_unread() noexcept {
  if (!socket_.is_open()) return true;
  char byte = 0;
  const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace wws::http
