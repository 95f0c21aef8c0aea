#include "server/app.h"

#include <fmt/format.h>

#include "abi/failure_page.h"
#include "server/decorated_exchange.h"
#include "server/send_file.h"

namespace wws::server {
namespace {

// scheme://host/path?query as a worker sees it: slashes merged, nothing decoded.
std::string absolute_url(const http::RequestHead& request, const std::string& own_authority,
                         std::string_view path) {
  const std::string& authority = request.authority.empty() ? own_authority : request.authority;
  std::string url = request.secure ? "https://" : "http://";
  url.reserve(url.size() + authority.size() + request.target.size());
  url += authority;
  url += path;
  const auto mark = request.target.find('?');
  if (mark != std::string::npos) url.append(request.target, mark);
  return url;
}

std::string access_line(const http::RequestHead& request, const DecoratedExchange& exchange,
                        std::chrono::nanoseconds took) {
  const auto agent = request.headers.find("user-agent").value_or("-");
  const auto referer = request.headers.find("referer").value_or("-");
  return fmt::format("{} \"{} {} HTTP/1.{}\" {} {} \"{}\" \"{}\" {:.6f}", request.remote_address,
                     request.method, request.target, request.version_minor, exchange.status(),
                     exchange.bytes(), referer, agent, static_cast<double>(took.count()) / 1e9);
}

}  // namespace

Task<void> App::handle(http::Exchange& exchange) {
  const bool observed = services_.log.enabled(observe::Level::Debug);
  if (!site_.cors.enabled() && !observed) {
    co_await dispatch(exchange);
    co_return;
  }
  const auto began = services_.clock.monotonic();
  DecoratedExchange decorated(exchange, site_.cors);
  if (site_.cors.enabled() && Cors::is_preflight(exchange.request())) {
    auto head = site_.cors.preflight(exchange.request());
    co_await decorated.respond(std::move(head), "");
  } else {
    co_await dispatch(decorated);
  }
  if (observed)
    services_.log.debug(
        access_line(exchange.request(), decorated, services_.clock.monotonic() - began));
}

Task<void> App::dispatch(http::Exchange& exchange) {
  const std::string path = router::normalize_path(exchange.request().path());
  auto match = site_.router.match(path);
  // A worker with a fixed path hides a file of the same URL; a file hides the other workers.
  if (!match || match->route->kind != router::RouteKind::Static) {
    const bool served = co_await serve_file(exchange, path);
    if (served) co_return;
  }
  if (!match) {
    co_await not_found(exchange);
    co_return;
  }
  worker::Worker& worker = *site_.workers[match->route->target];
  std::string url = absolute_url(exchange.request(), authority_, path);
  co_await worker.serve(services_, exchange, std::move(url), std::move(match->params));
}

Task<bool> App::serve_file(http::Exchange& exchange, std::string_view path) {
  if (!site_.files) co_return false;
  const auto below = router::strip_prefix(path, site_.prefix);
  if (!below) co_return false;
  const auto& request = exchange.request();
  auto found =
      site_.files->find({request.method, *below, {request.headers.begin(), request.headers.end()}});
  if (!found) {
    services_.log.error(fmt::format("cannot serve {}: {}", path, found.error().to_string()));
    auto page = abi::failure_page(found.error().kind());
    co_await exchange.respond(std::move(page.head), std::move(page.body));
    co_return true;
  }
  if (!*found) co_return false;
  co_await send(exchange, std::move(**found));
  co_return true;
}

Task<void> App::not_found(http::Exchange& exchange) {
  if (site_.files) {
    co_await send(exchange, site_.files->not_found(exchange.request().method));
    co_return;
  }
  http::ResponseHead head;
  head.status = 404;
  co_await exchange.respond(std::move(head), "");
}

Task<void> App::send(http::Exchange& exchange, http::FileResponse response) {
  auto sent = co_await send_file(exchange, std::move(response));
  if (sent || sent.error().kind() == ErrorKind::Gone) co_return;
  services_.log.error(
      fmt::format("cannot send {}: {}", exchange.request().target, sent.error().to_string()));
  if (exchange.started()) co_return;
  auto page = abi::failure_page(sent.error().kind());
  co_await exchange.respond(std::move(page.head), std::move(page.body));
}

}  // namespace wws::server
