#include "http/tls/session.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "http/tls/openssl.h"

namespace wws::http::tls {
namespace {

// The content of the largest record (RFC 8446 section 5.1).
constexpr std::size_t kRecord = 16 * 1024;

}  // namespace

void Session::Free::operator()(ssl_st* handle) const noexcept { SSL_free(handle); }

Session::Session(ssl_st* handle, std::shared_ptr<const Generation> certificates) noexcept
    : certificates_(std::move(certificates)), handle_(handle) {}

Session::~Session() = default;

Step Session::handshake() noexcept {
  if (failed_) return {Outcome::Failed};
  ERR_clear_error();
  return step(SSL_accept(handle_.get()), 0);
}

Step Session::read(std::span<char> into) noexcept {
  if (failed_) return {Outcome::Failed};
  if (closed_) return {Outcome::Closed};
  ERR_clear_error();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(handle_.get(), into.data(), into.size(), &bytes);
  return step(result, bytes);
}

Step Session::write(std::string_view bytes) noexcept {
  if (failed_) return {Outcome::Failed};
  ERR_clear_error();
  std::size_t written = 0;
  const int result =
      SSL_write_ex(handle_.get(), bytes.data(), std::min(bytes.size(), kRecord), &written);
  return step(result, written);
}

void Session::close() noexcept {
  if (failed_ || SSL_is_init_finished(handle_.get()) == 0) return;
  ERR_clear_error();
  SSL_shutdown(handle_.get());
  ERR_clear_error();
}

// OpenSSL keeps why a call failed for the thread, not for the handle: it is read at once.
Step Session::step(int result, std::size_t bytes) noexcept {
  if (result > 0) return {Outcome::Done, bytes};
  const int saved_errno = errno;
  switch (SSL_get_error(handle_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {Outcome::WantsRead};
    case SSL_ERROR_WANT_WRITE: return {Outcome::WantsWrite};
    case SSL_ERROR_ZERO_RETURN: closed_ = true; return {Outcome::Closed};
    case SSL_ERROR_SYSCALL:
      failure_ =
          saved_errno == 0 ? "the client left" : std::generic_category().message(saved_errno);
      break;
    default: failure_ = take_reason("the client left");
  }
  ERR_clear_error();
  failed_ = true;
  return {Outcome::Failed};
}

Protocol Session::protocol() const noexcept {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(handle_.get(), &name, &length);
  const std::string_view chosen(reinterpret_cast<const char*>(name), length);
  if (chosen == "h2") return Protocol::Http2;
  return chosen == "http/1.1" ? Protocol::Http1 : Protocol::None;
}

bool Session::resumed() const noexcept { return SSL_session_reused(handle_.get()) == 1; }

}  // namespace wws::http::tls
