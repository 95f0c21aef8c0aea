#include "http/client/dial.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wws::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kMaxAddresses = 8;

Task<Result<Addresses>> resolve(asio::any_io_executor executor, NameResolver& names,
                                NameResolver::Query query, TimePoint until) {
  boost::system::error_code not_numeric;
  asio::ip::make_address(query.name, not_numeric);
  if (!not_numeric) co_return Addresses{query.name};
  co_return co_await names.resolve(executor, std::move(query), until);
}

// A share of what is left, so that one silent address does not use up the time of the others.
TimePoint share_of(TimePoint until, std::size_t attempts_left) {
  if (until == TimePoint::max()) return until;
  const auto now = std::chrono::steady_clock::now();
  return now + (until - now) / static_cast<std::int64_t>(attempts_left);
}

Task<Result<std::shared_ptr<Connection>>> connect_any(asio::any_io_executor executor,
                                                      Endpoints endpoints, TimePoint until) {
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

Task<Result<Endpoints>> find_endpoints(asio::any_io_executor executor, NameResolver& names,
                                       NameResolver::Query query, std::uint16_t port,
                                       AddressFilter filter, TimePoint until) {
  WWS_CO_TRY(const auto found, co_await resolve(executor, names, std::move(query), until));
  Endpoints allowed;
  std::optional<Error> denied;
  for (const std::string& numeric : found) {
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(numeric, not_numeric);
    if (not_numeric) continue;
    auto judged = filter ? filter(address.to_string()) : Result<void>{};
    if (judged)
      allowed.emplace_back(address, port);
    else if (!denied)
      denied = std::move(judged).error();
  }
  if (denied && allowed.empty()) co_return fail(std::move(*denied));
  allowed.resize(std::min(allowed.size(), kMaxAddresses));
  co_return allowed;
}

Task<Result<std::shared_ptr<Connection>>> dial(asio::any_io_executor executor, DialTarget target,
                                               Endpoints endpoints, TimePoint until) {
  WWS_CO_TRY(auto connection, co_await connect_any(executor, std::move(endpoints), until));
  if (target.tls)
    WWS_CO_CHECK(co_await connection->start_tls(*target.tls, target.host, target.offer, until));
  co_return connection;
}

}  // namespace wws::http
