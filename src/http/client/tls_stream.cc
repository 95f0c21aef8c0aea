#include "http/client/tls_stream.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace wws::http {
namespace asio = boost::asio;
namespace {

// Records without content that may have come on an idle connection.
constexpr int kMostTickets = 8;

// OpenSSL keeps why a call failed for the thread, not for the connection: it is read at once.
TlsStream::Code reason_of_failure(int kind, int saved_errno) noexcept {
  const unsigned long first = ERR_peek_error();
  ERR_clear_error();
  if (kind == SSL_ERROR_SYSCALL && saved_errno != 0)
    return {saved_errno, boost::system::system_category()};
  if (first == 0 || ERR_GET_REASON(first) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return asio::ssl::error::stream_truncated;
  return {static_cast<int>(first), asio::error::get_ssl_category()};
}

bool has_unread(int descriptor) noexcept {
  char byte = 0;
  return ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

TlsStream::TlsStream(Socket& socket, SSL_CTX* context) : socket_(socket), ssl_(SSL_new(context)) {
  SSL* const ssl = handle();
  Code refused;
  socket_.native_non_blocking(true, refused);
  if (!ssl || refused || SSL_set_fd(ssl, socket_.native_handle()) != 1) {
    ssl_.reset();
    return;
  }
  SSL_set_connect_state(ssl);
  SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                        SSL_MODE_RELEASE_BUFFERS);
  // A call ends after each record without content: one who sends them without end would hold the
  // loop.
  SSL_clear_mode(ssl, SSL_MODE_AUTO_RETRY);
  SSL_set_read_ahead(ssl, 1);
}

TlsStream::Next TlsStream::next(int result, Code& error) const noexcept {
  if (result > 0) return Next::Done;
  const int saved_errno = errno;
  const int kind = SSL_get_error(handle(), result);
  if (kind == SSL_ERROR_WANT_READ) return Next::Read;
  if (kind == SSL_ERROR_WANT_WRITE) return Next::Write;
  error =
      kind == SSL_ERROR_ZERO_RETURN ? Code(asio::error::eof) : reason_of_failure(kind, saved_errno);
  return Next::Failed;
}

template <typename Step>
Task<TlsStream::Code> TlsStream::run(Step step) {
  bool waited = false;
  while (true) {
    // Its number may be another connection's by now.
    if (!socket_.is_open()) co_return asio::error::bad_descriptor;
    ERR_clear_error();
    errno = 0;
    Code error;
    const Next what = next(step(), error);
    if (what == Next::Failed) co_return error;
    if (what == Next::Done) break;
    const auto side = what == Next::Read ? Socket::wait_read : Socket::wait_write;
    co_await socket_.async_wait(side, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return error;
    waited = true;
  }
  // A peer that is always ready does not keep the loop from others.
  if (!waited) co_await asio::post(socket_.get_executor(), asio::use_awaitable);
  co_return Code{};
}

Task<TlsStream::Code> TlsStream::handshake() {
  co_return co_await run([ssl = handle()] { return SSL_do_handshake(ssl); });
}

Task<std::size_t> TlsStream::read_some(MutableByteView out, Code& error) {
  std::size_t count = 0;
  error = co_await run(
      [&, ssl = handle()] { return SSL_read_ex(ssl, out.data(), out.size(), &count); });
  co_return count;
}

Task<std::size_t> TlsStream::write(std::string_view bytes, Code& error) {
  std::size_t written = 0;
  error = {};
  while (written < bytes.size() && !error) {
    const auto rest = bytes.substr(written);
    std::size_t count = 0;
    error = co_await run(
        [&, ssl = handle()] { return SSL_write_ex(ssl, rest.data(), rest.size(), &count); });
    written += count;
  }
  co_return written;
}

bool TlsStream::is_quiet() noexcept {
  for (int i = 0; i < kMostTickets && socket_.is_open(); ++i) {
    char byte = 0;
    std::size_t count = 0;
    Code error;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_peek_ex(handle(), &byte, 1, &count);
    // What OpenSSL holds beside is the beginning of a record.
    if (next(result, error) != Next::Read || SSL_has_pending(handle()) != 0) return false;
    if (!has_unread(socket_.native_handle())) return true;
  }
  return false;
}

}  // namespace wws::http
