#include "server/app.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "abi/failure_page.h"
#include "develop/live_page.h"
#include "http/websocket/frame.h"
#include "io/notifier.h"
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

// To OPTIONS of the server as a whole (RFC 9110 section 9.3.7): what a worker or a file may take.
http::ResponseHead options_of_server() {
  http::ResponseHead head;
  head.status = 204;
  head.headers.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  return head;
}

bool is_encoded(const http::FileResponse& response) {
  return std::ranges::any_of(response.headers, [](const http::Header& field) {
    return http::equals_ignoring_case(field.name, "content-encoding");
  });
}

void apply_rules(const router::HeaderRules& rules, std::string_view path,
                 http::FileResponse& response) {
  if (rules.empty()) return;
  http::Headers fields;
  for (auto& field : response.headers) fields.add(std::move(field.name), std::move(field.value));
  rules.apply(path, fields);
  response.headers.assign(fields.begin(), fields.end());
}

}  // namespace

Task<void> App::handle(http::Exchange& exchange) {
  // Asked for first: a page may only be thought to be older than it is.
  const std::string version = reload_ != nullptr ? reload_->version() : std::string();
  // Whatever replaces it meanwhile, this request ends on the site that it began with.
  const SitePointer site = view_.now();
  exchange.set_body_limit(site->largest_body);
  Counted counted(services_, exchange);
  const worker::Worker* worker = nullptr;
  if (reload_ == nullptr) {
    worker = co_await answer(*site, exchange);
  } else if (develop::LiveReload::is_for_us(exchange.request())) {
    co_await reload_->answer(exchange, services_.loop);
  } else {
    develop::LivePage page(exchange, version);
    worker = co_await answer(*site, page);
  }
  if (worker != nullptr) counted.worker = worker->identity().number;
}

void App::refresh() {
  const SitePointer& site = view_.now();
  if (services_.sockets == nullptr || services_.sockets->count() == 0) return;
  std::unordered_set<const abi::WorkerIdentity*> served;
  for (const auto& worker : site->workers)
    if (worker) served.insert(&worker->identity());
  services_.sockets->close(
      [&served](const abi::WorkerIdentity& worker) { return served.contains(&worker); },
      http::websocket::kServiceRestart, "the worker has changed");
}

Task<const worker::Worker*> App::answer(const Site& site, http::Exchange& exchange) {
  const bool observed = records_.are_kept();
  const auto began = observed ? services_.clock.monotonic() : std::chrono::nanoseconds();
  DecoratedExchange decorated(exchange, site.cors, site.body_coding);
  const worker::Worker* worker = nullptr;
  if (site.cors.enabled() && Cors::is_preflight(exchange.request())) {
    auto head = site.cors.preflight(exchange.request());
    co_await decorated.respond(std::move(head), "");
  } else if (exchange.request().target == "*") {
    auto head = options_of_server();
    co_await decorated.respond(std::move(head), "");
  } else {
    worker = co_await dispatch(site, decorated);
  }
  if (observed)
    records_.add(exchange.request(),
                 {.status = decorated.status(),
                  .bytes = decorated.bytes(),
                  .worker = worker == nullptr ? std::string_view() : worker->identity().label,
                  .took = services_.clock.monotonic() - began});
  co_return worker;
}

Task<const worker::Worker*> App::dispatch(const Site& site, DecoratedExchange& exchange) {
  std::string path = router::normalize_path(exchange.request().path());
  if (auto forced = rule_of(site, exchange, path, router::Redirects::Order::Forced)) {
    const auto worker = co_await answer_as(site, exchange, *std::move(forced));
    co_return worker;
  }
  auto match = site.router.match(path);
  // A worker with a fixed path hides a file of the same URL; a file hides the other workers.
  if (match && match->route->kind == router::RouteKind::Static) {
    const auto worker = co_await ask_worker(site, exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  const bool served = co_await serve_file(site, exchange, path);
  if (served) co_return nullptr;
  auto rule = rule_of(site, exchange, path, router::Redirects::Order::Fallback);
  // A worker with parameters is hidden by what leads elsewhere, and hides what answers instead: a
  // page for every path, mostly.
  if (match && !(rule && rule->elsewhere())) {
    const auto worker = co_await ask_worker(site, exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  if (rule) {
    const auto worker = co_await answer_as(site, exchange, *std::move(rule));
    co_return worker;
  }
  co_await not_found(site, exchange);
  co_return nullptr;
}

Task<const worker::Worker*> App::ask_worker(const Site& site, http::Exchange& exchange,
                                            router::Match match, std::string path) {
  worker::Worker& worker = *site.workers[match.route->target];
  std::string url = absolute_url(exchange.request(), authority_, path);
  co_await worker.serve(services_, exchange, std::move(url), std::move(match.params));
  co_return &worker;
}

std::optional<router::Redirection> App::rule_of(const Site& site, const http::Exchange& exchange,
                                                std::string_view path,
                                                router::Redirects::Order order) const {
  if (site.redirects.empty()) return std::nullopt;
  const auto below = router::strip_prefix(path, site.prefix);
  if (!below) return std::nullopt;
  return site.redirects.match(*below, exchange.request().query(), order);
}

Task<const worker::Worker*> App::answer_as(const Site& site, DecoratedExchange& exchange,
                                           router::Redirection redirection) {
  if (redirection.target.starts_with('/')) redirection.target.insert(0, site.prefix);
  if (redirection.elsewhere()) {
    co_await redirect(exchange, std::move(redirection));
    co_return nullptr;
  }
  const auto query = redirection.target.find('?');
  std::string path = router::normalize_path(std::string_view(redirection.target).substr(0, query));
  // A worker chooses its own status, so that a rule's 404 is a file's alone.
  auto match = redirection.status == 200 ? site.router.match(path) : std::nullopt;
  if (!match || match->route->kind != router::RouteKind::Static) {
    const bool served = co_await serve_file(site, exchange, path, redirection.status);
    if (served) co_return nullptr;
  }
  if (match) {
    const auto worker = co_await ask_worker(site, exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  co_await not_found(site, exchange);
  co_return nullptr;
}

Task<void> App::redirect(http::Exchange& exchange, router::Redirection redirection) {
  http::ResponseHead head;
  head.status = redirection.status;
  head.headers.add("Location", std::move(redirection.target));
  co_await exchange.respond(std::move(head), "");
}

// Has the coding made, and asks for the file again.
Task<Result<std::optional<http::FileResponse>>> App::encode_file(const Site& site,
                                                                 http::EncodeJob job,
                                                                 http::FileRequest wanted) {
  if (services_.metrics) services_.metrics->coding_made();
  auto made = std::make_shared<io::Notifier>(services_.loop);
  services_.offload.run([files = site.files, job = std::move(job)] { files->encode(job); },
                        [made] { made->notify(); });
  co_await made->wait();
  co_return site.files->find(wanted);
}

Task<bool> App::serve_file(const Site& site, DecoratedExchange& exchange, std::string_view path,
                           int status) {
  if (!site.files) co_return false;
  const auto below = router::strip_prefix(path, site.prefix);
  if (!below) co_return false;
  const http::RequestHead& request = exchange.request();
  const http::FileRequest wanted{
      request.method, *below, {request.headers.begin(), request.headers.end()}};
  auto found = site.files->find(wanted);
  if (found && *found && (*found)->status == 200 && (*found)->wanted)
    found = co_await encode_file(site, *std::move((*found)->wanted), wanted);
  else if (found && *found && (*found)->status == 200 && services_.metrics && is_encoded(**found))
    services_.metrics->coding_found();
  if (!found) {
    tell_of_file(fmt::format("cannot serve {}: {}", path, found.error().to_string()), exchange);
    auto page = abi::failure_page(found.error().kind());
    abi::name_request(page, exchange.request().request_id);
    co_await exchange.respond(std::move(page.head), std::move(page.body));
    co_return true;
  }
  if (!*found) co_return false;
  auto& response = **found;
  if (response.status == 200) response.status = status;
  apply_rules(site.header_rules, *below, response);
  exchange.leave_body();
  co_await send(exchange, std::move(response));
  co_return true;
}

Task<void> App::not_found(const Site& site, http::Exchange& exchange) {
  if (site.files) {
    auto page = site.files->not_found(exchange.request().method);
    // Those of the page and not those of what is missing, which may be kept for a year.
    apply_rules(site.header_rules, "/404.html", page);
    co_await send(exchange, std::move(page));
    co_return;
  }
  http::ResponseHead head;
  head.status = 404;
  co_await exchange.respond(std::move(head), "");
}

// Who found a file that cannot be read can ask for it as often as they like.
void App::tell_of_file(std::string_view text, const http::Exchange& exchange) {
  observe::write_seldom(services_.seldom, services_.log, observe::Level::Error, "file", text,
                        {{"request", exchange.request().request_id}});
}

Task<void> App::send(http::Exchange& exchange, http::FileResponse response) {
  auto sent = co_await send_file(exchange, response);
  if (sent || sent.error().kind() == ErrorKind::Gone) co_return;
  tell_of_file(
      fmt::format("cannot send {}: {}", exchange.request().target, sent.error().to_string()),
      exchange);
  if (exchange.started()) co_return;
  auto page = abi::failure_page(sent.error().kind());
  abi::name_request(page, exchange.request().request_id);
  co_await exchange.respond(std::move(page.head), std::move(page.body));
}

}  // namespace wws::server
