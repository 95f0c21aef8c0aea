#include "http/client/dial.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wws::http {
namespace asio = boost::asio;
namespace {

using tcp = asio::ip::tcp;

constexpr std::size_t kMaxAddresses = 8;

// A name server's answer cannot be waited for with a deadline: a running getaddrinfo does not end
// early. So the wait is on a timer that the answer cuts short, and a late answer finds nobody.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), timer(executor) {}

  tcp::resolver resolver;
  asio::steady_timer timer;
  bool answered = false;
  boost::system::error_code code;
  std::vector<tcp::endpoint> endpoints;
};

void begin_lookup(const std::shared_ptr<Lookup>& lookup, const DialTarget& target) {
  lookup->resolver.async_resolve(
      target.host, std::to_string(target.port), tcp::resolver::numeric_service,
      [weak = std::weak_ptr<Lookup>(lookup)](const boost::system::error_code& code,
                                             const tcp::resolver::results_type& results) {
        const auto self = weak.lock();
        if (!self) return;
        self->answered = true;
        self->code = code;
        for (const auto& entry : results) self->endpoints.push_back(entry.endpoint());
        self->timer.cancel();
      });
}

Task<Result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor, DialTarget target,
                                                 TimePoint until) {
  boost::system::error_code code;
  const auto numeric = asio::ip::make_address(target.host, code);
  if (!code) co_return std::vector<tcp::endpoint>{tcp::endpoint(numeric, target.port)};

  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->timer.expires_at(until);
  begin_lookup(lookup, target);
  std::tie(code) = co_await lookup->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!lookup->answered && !code)
    co_return fail(ErrorKind::TimedOut,
                   fmt::format("resolving '{}': no answer in time", target.host));
  if (!lookup->answered)
    co_return fail(ErrorKind::Gone, fmt::format("resolving '{}': cancelled", target.host));
  if (lookup->code || lookup->endpoints.empty())
    co_return fail(ErrorKind::NotFound, fmt::format("the host '{}' does not resolve: {}",
                                                    target.host, lookup->code.message()));
  co_return std::move(lookup->endpoints);
}

// A share of what is left, so that one silent address does not use up the time of the others.
TimePoint share_of(TimePoint until, std::size_t attempts_left) {
  if (until == TimePoint::max()) return until;
  const auto now = std::chrono::steady_clock::now();
  return now + (until - now) / static_cast<std::int64_t>(attempts_left);
}

Task<Result<std::shared_ptr<Connection>>> connect_any(asio::any_io_executor executor,
                                                      std::vector<tcp::endpoint> endpoints,
                                                      TimePoint until) {
  Error last(ErrorKind::Internal, "no address to connect to");
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    auto connection = std::make_shared<Connection>(executor);
    const auto connected =
        co_await connection->connect(endpoints[i], share_of(until, endpoints.size() - i));
    if (connected) co_return connection;
    if (connection->was_cancelled()) co_return fail(connected.error());
    last = connected.error();
  }
  co_return fail(std::move(last));
}

}  // namespace

Task<Result<std::shared_ptr<Connection>>> dial(asio::any_io_executor executor, DialTarget target,
                                               AddressFilter filter, TimePoint until) {
  WWS_CO_TRY(auto found, co_await resolve(executor, target, until));
  std::vector<tcp::endpoint> allowed;
  std::optional<Error> denied;
  for (const auto& endpoint : found) {
    auto judged = filter ? filter(endpoint.address().to_string()) : Result<void>{};
    if (judged)
      allowed.push_back(endpoint);
    else if (!denied)
      denied = std::move(judged).error();
  }
  if (allowed.empty() && denied) co_return fail(std::move(*denied));
  allowed.resize(std::min(allowed.size(), kMaxAddresses));

  WWS_CO_TRY(auto connection, co_await connect_any(executor, std::move(allowed), until));
  if (target.tls)
    WWS_CO_CHECK(co_await connection->start_tls(*target.tls, target.host, target.offer, until));
  co_return connection;
}

}  // namespace wws::http
