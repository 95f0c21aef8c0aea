#include "http/client/trust.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <utility>

namespace wws::http {
namespace {

namespace asio = boost::asio;

Result<Trust::Context> make_context(const std::string& ca_file) {
  Trust::Context tls(Trust::Context::tls_client);
  boost::system::error_code code;
  tls.set_verify_mode(asio::ssl::verify_peer, code);
  if (!code && ca_file.empty()) tls.set_default_verify_paths(code);
  if (!code && !ca_file.empty()) tls.load_verify_file(ca_file, code);
  if (code)
    return fail(ErrorKind::Invalid, fmt::format("cannot load the trusted certificates of '{}': {}",
                                                ca_file, code.message()));
  if (SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION) != 1)
    return fail(ErrorKind::Internal, "OpenSSL cannot be held to TLS 1.2 and later");
  return tls;
}

}  // namespace

Result<std::shared_ptr<Trust>> Trust::create(const asio::any_io_executor& loop,
                                             const std::string& ca_file) {
  auto self = std::make_shared<Trust>(loop);
  if (!ca_file.empty()) {
    WWS_TRY(self->context_, make_context(ca_file));
  }
  return self;
}

void Trust::read() {
  reader_.emplace(loop_);
  reader_->run([this] { made_.emplace(make_context("")); }, [this] { has_read(); });
}

void Trust::has_read() {
  reader_.reset();
  if (made_->has_value())
    context_ = std::move(**made_);
  else
    failure_ = std::move(*made_).error();
  for (io::Notifier* const one : waiting_) one->notify();
}

Task<Result<Trust::Context*>> Trust::context(std::shared_ptr<Trust> self, TimePoint until) {
  if (self->context_) co_return &*self->context_;
  if (!self->reader_) self->read();
  io::Notifier notifier(self->loop_);
  struct Place {
    std::list<io::Notifier*>& list;
    std::list<io::Notifier*>::iterator at;
    ~Place() { list.erase(at); }
  };
  auto& waiting = self->waiting_;
  const Place place{waiting, waiting.insert(waiting.end(), &notifier)};
  const bool notified = co_await notifier.wait_until(until);
  if (self->context_) co_return &*self->context_;
  if (notified) co_return fail(*self->failure_);
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    co_return fail(ErrorKind::Gone, "reading the trusted certificates: cancelled");
  co_return fail(ErrorKind::TimedOut, "reading the trusted certificates: not done in time");
}

}  // namespace wws::http
