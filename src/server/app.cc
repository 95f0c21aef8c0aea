#include "server/app.h"

#include <fmt/format.h>

#include "abi/failure_page.h"
#include "develop/live_page.h"
#include "server/decorated_exchange.h"
#include "server/send_file.h"

namespace wws::server {
namespace {

// A request as it is counted, however it ends.
class Counted final {
 public:
  Counted(const abi::LoopServices& services, const http::Exchange& exchange)
      : services_(services), exchange_(exchange) {
    if (!services_.metrics) return;
    services_.metrics->begun();
    began_ = services_.clock.monotonic();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (services_.metrics)
      services_.metrics->ended(worker, exchange_.status(), services_.clock.monotonic() - began_);
  }

  std::size_t worker = observe::kNoWorker;

 private:
  const abi::LoopServices& services_;
  const http::Exchange& exchange_;
  std::chrono::nanoseconds began_{};
};

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

// For a person who watches.
std::string short_access_line(const http::RequestHead& request, const DecoratedExchange& exchange,
                              std::chrono::nanoseconds took) {
  return fmt::format("{} {} → {} in {:.1f} ms", request.method, request.target, exchange.status(),
                     static_cast<double>(took.count()) / 1e6);
}

}  // namespace

Task<void> App::handle(http::Exchange& exchange) {
  // Asked for first: a page may only be thought to be older than it is.
  const std::string version = reload_ != nullptr ? reload_->version() : std::string();
  // Whatever replaces it meanwhile, this request ends on the site that it began with.
  const SitePointer site = view_.now();
  exchange.set_body_limit(site->largest_body);
  Counted counted(services_, exchange);
  if (reload_ != nullptr) {
    counted.worker = co_await dispatch_in_development(*site, exchange, version);
  } else if (site->cors.enabled() || services_.log.enabled(observe::Level::Debug)) {
    counted.worker = co_await dispatch_decorated(*site, exchange);
  } else {
    counted.worker = co_await dispatch(*site, exchange);
  }
}

Task<std::size_t> App::dispatch_decorated(const Site& site, http::Exchange& exchange) {
  std::size_t worker = observe::kNoWorker;
  const auto began = services_.clock.monotonic();
  DecoratedExchange decorated(exchange, site.cors);
  if (site.cors.enabled() && Cors::is_preflight(exchange.request())) {
    auto head = site.cors.preflight(exchange.request());
    co_await decorated.respond(std::move(head), "");
  } else {
    worker = co_await dispatch(site, decorated);
  }
  const auto took = services_.clock.monotonic() - began;
  if (reload_ != nullptr)
    services_.log.info(short_access_line(exchange.request(), decorated, took));
  else if (services_.log.enabled(observe::Level::Debug))
    services_.log.debug(access_line(exchange.request(), decorated, took));
  co_return worker;
}

Task<std::size_t> App::dispatch_in_development(const Site& site, http::Exchange& exchange,
                                               const std::string& version) {
  if (develop::LiveReload::is_for_us(exchange.request())) {
    co_await reload_->answer(exchange, services_.loop);
    co_return observe::kNoWorker;
  }
  develop::LivePage page(exchange, version);
  const std::size_t worker = co_await dispatch_decorated(site, page);
  co_return worker;
}

Task<std::size_t> App::dispatch(const Site& site, http::Exchange& exchange) {
  const std::string path = router::normalize_path(exchange.request().path());
  auto match = site.router.match(path);
  // A worker with a fixed path hides a file of the same URL; a file hides the other workers.
  if (!match || match->route->kind != router::RouteKind::Static) {
    const bool served = co_await serve_file(site, exchange, path);
    if (served) co_return observe::kNoWorker;
  }
  if (!match) {
    co_await not_found(site, exchange);
    co_return observe::kNoWorker;
  }
  worker::Worker& worker = *site.workers[match->route->target];
  std::string url = absolute_url(exchange.request(), authority_, path);
  co_await worker.serve(services_, exchange, std::move(url), std::move(match->params));
  co_return worker.identity().number;
}

Task<bool> App::serve_file(const Site& site, http::Exchange& exchange, std::string_view path) {
  if (!site.files) co_return false;
  const auto below = router::strip_prefix(path, site.prefix);
  if (!below) co_return false;
  const auto& request = exchange.request();
  auto found =
      site.files->find({request.method, *below, {request.headers.begin(), request.headers.end()}});
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

Task<void> App::not_found(const Site& site, http::Exchange& exchange) {
  if (site.files) {
    co_await send(exchange, site.files->not_found(exchange.request().method));
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
