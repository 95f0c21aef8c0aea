#include "http/accepted.h"

#include <utility>

#include "http/forwarded/proxy_header.h"
#include "http/h1/connection.h"
#include "http/h2/connection.h"
#include "http/tls/certificates.h"

namespace wws::http {

Accepted::Accepted(Transport::Socket socket, ConnectionGroup& group)
    : transport_(std::move(socket)), group_(group) {
  peer_.address = transport_.peer_address();
  peer_.trusted = group_.options.trusted_proxies.contains(peer_.address);
}

Accepted::~Accepted() = default;

Task<void> Accepted::run() {
  const ListenerOptions& options = group_.options;
  const bool proxied = options.proxy_protocol && peer_.trusted;
  if (!proxied && !take_place()) {
    transport_.close();
    co_return;
  }
  if (proxied || options.certificates != nullptr) {
    const bool ready = co_await prepare();
    if (!ready || (stopping_ && patience_.count() == 0)) {
      transport_.close();
      co_return;
    }
  }
  const tls::Session* const tls = transport_.tls();
  if (tls != nullptr && tls->protocol() == tls::Protocol::Http2)
    serve(std::make_unique<h2::Connection>(transport_, peer_, group_, ""));
  else
    serve(std::make_unique<h1::Connection>(transport_, peer_, group_));
  const auto ended = co_await served_->run();
  if (ended == Served::Ended::Closed || cut_) co_return;
  serve(std::make_unique<h2::Connection>(transport_, peer_, group_, served_->take_received()));
  co_await served_->run();
}

void Accepted::serve(std::unique_ptr<Served> served) {
  served_ = std::move(served);
  if (stopping_) served_->stop(patience_);
}

// A trusted proxy's connections are its clients', each of whose requests has a place of its own.
bool Accepted::take_place() {
  if (peer_.trusted) return true;
  auto place = group_.occupancy.take(peer_.address);
  if (!place) {
    group_.hit(observe::EdgeLimit::PerAddress);
    group_.warn_seldom("address", "refused a connection: its address has as many as it may",
                       {{"client", peer_.address}, {"bound", "connections_per_address"}});
    return false;
  }
  place_ = *std::move(place);
  return true;
}

Task<bool> Accepted::prepare() {
  deadline_.arm(group_.options.limits.header_timeout);
  if (group_.options.proxy_protocol && peer_.trusted) {
    const bool read = co_await read_proxy_header();
    if (!read || !take_place()) co_return false;
  }
  if (group_.options.certificates != nullptr) {
    const bool shaken = co_await shake_hands();
    if (!shaken) co_return false;
    peer_.secure = true;
  }
  deadline_ = {};
  co_return !cut_;
}

// Only as much is read as belongs to the header: what follows may be TLS's.
Task<bool> Accepted::read_proxy_header() {
  std::string header(kProxyHeaderStart, '\0');
  Transport::Code error;
  const auto began = co_await transport_.read_exactly(boost::asio::buffer(header), error);
  if (error) {
    // One that says nothing and leaves asks whether somebody listens: a balancer's way to see it.
    if (began > 0 || deadline_.passed)
      refuse_proxy(deadline_.passed ? "no PROXY header came in time"
                                    : "it ended within the PROXY header");
    co_return false;
  }
  const auto rest = proxy_header_rest(header);
  if (!rest) {
    refuse_proxy(rest.error().to_string());
    co_return false;
  }
  header.resize(kProxyHeaderStart + *rest);
  co_await transport_.read_exactly(
      boost::asio::buffer(header.data() + kProxyHeaderStart, header.size() - kProxyHeaderStart),
      error);
  if (error) {
    refuse_proxy("it ended within the PROXY header");
    co_return false;
  }
  auto proxied = parse_proxy_header(header);
  if (!proxied) {
    refuse_proxy(proxied.error().to_string());
    co_return false;
  }
  if (proxied->address.empty()) co_return true;
  peer_.address = std::move(proxied->address);
  peer_.secure = proxied->secure;
  // Whoever that is spoke to us through a proxy of bytes, which vouches for none of its fields.
  peer_.trusted = group_.options.trusted_proxies.contains(peer_.address);
  co_return true;
}

Task<bool> Accepted::shake_hands() {
  const auto descriptor = transport_.file_descriptor();
  auto session = group_.options.certificates->make_session(*descriptor);
  if (!session) {
    observe::write_seldom(group_.options.seldom, group_.log, observe::Level::Error, "tls",
                          "cannot begin TLS", {{"error", session.error().to_string()}});
    co_return false;
  }
  Transport::Code error;
  co_await transport_.start_tls(std::move(*session), error);
  if (!error) {
    if (group_.options.metrics != nullptr && transport_.tls()->resumed())
      group_.options.metrics->tls_resumed();
    co_return true;
  }
  const std::string& failure = transport_.tls()->failure();
  note("a TLS handshake failed", deadline_.passed  ? "it took too long"
                                 : failure.empty() ? error.message()
                                                   : failure);
  co_return false;
}

// The proxy's configuration is wrong, or a check of its health speaks to the wrong port.
void Accepted::refuse_proxy(std::string why) {
  if (cut_ || stopping_) return;
  group_.warn_seldom("proxy header",
                     "refused a connection of a trusted proxy: --proxy-protocol wants a PROXY "
                     "header of version 2 from it",
                     {{"why", std::move(why)}, {"client", peer_.address}});
}

void Accepted::note(std::string_view what, std::string why) {
  if (cut_ || !group_.log.enabled(observe::Level::Debug)) return;
  group_.log.debug(what, {{"why", std::move(why)}, {"client", peer_.address}});
}

void Accepted::sweep(std::chrono::nanoseconds now) {
  if (deadline_.passes(now)) {
    group_.hit(observe::EdgeLimit::HeadTime);
    transport_.cancel();
  }
  if (served_) served_->sweep(now);
}

void Accepted::stop(std::chrono::milliseconds patience) noexcept {
  stopping_ = true;
  patience_ = patience;
  if (served_)
    served_->stop(patience);
  else if (patience.count() == 0)
    transport_.cancel();
}

void Accepted::cut() noexcept {
  cut_ = true;
  if (served_)
    served_->cut();
  else
    transport_.close();
}

}  // namespace wws::http
