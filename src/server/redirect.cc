#include "server/redirect.h"

#include <fmt/format.h>

#include "http/authority.h"

namespace wws::server {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

}  // namespace

Task<void> RedirectToHttps::handle(http::Exchange& exchange) {
  const Counted counted(services_, exchange);
  const auto began = services_.clock.monotonic();
  const http::RequestHead& request = exchange.request();
  http::ResponseHead head;
  const std::string_view host = http::host_of(request.authority);
  const std::string_view target = request.target == "*" ? "/" : std::string_view(request.target);
  head.status = host.empty() ? 400 : 308;
  if (!host.empty()) {
    const std::string port = port_ == kHttpsPort ? "" : fmt::format(":{}", port_);
    head.headers.add("Location", fmt::format("https://{}{}{}", host, port, target));
  }
  // A client that is gone by now needs no answer.
  [[maybe_unused]] const auto sent = co_await exchange.respond(std::move(head), "");
  if (records_.are_kept())
    records_.add(request, {.status = exchange.status(),
                           .bytes = 0,
                           .worker = {},
                           .took = services_.clock.monotonic() - began});
}

}  // namespace wws::server
