#include "server/app.h"

#include <fmt/format.h>

#include <memory>

#include "abi/failure_page.h"
#include "io/notifier.h"
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

observe::AccessRecord access_record(const http::RequestHead& request,
                                    const DecoratedExchange& exchange) {
  observe::AccessRecord record;
  record.remote = request.remote_address;
  record.method = request.method;
  record.target = request.target;
  record.protocol = request.version_major == 2   ? "HTTP/2.0"
                    : request.version_minor == 0 ? "HTTP/1.0"
                                                 : "HTTP/1.1";
  record.status = exchange.status();
  record.bytes = exchange.bytes();
  record.referer = request.headers.find("referer").value_or("");
  record.user_agent = request.headers.find("user-agent").value_or("");
  return record;
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
  const bool observed = services_.access != nullptr || services_.log.enabled(observe::Level::Debug);
  const auto began = observed ? services_.clock.monotonic() : std::chrono::nanoseconds();
  Counted counted(services_, exchange);
  DecoratedExchange decorated(exchange, site_.cors, site_.body_coding);
  if (site_.cors.enabled() && Cors::is_preflight(exchange.request())) {
    auto head = site_.cors.preflight(exchange.request());
    co_await decorated.respond(std::move(head), "");
  } else {
    counted.worker = co_await dispatch(decorated);
  }
  if (observed) note(decorated, counted.worker, began);
}

void App::note(const DecoratedExchange& exchange, std::size_t worker,
               std::chrono::nanoseconds began) const {
  auto record = access_record(exchange.request(), exchange);
  record.time = services_.clock.realtime();
  record.took = services_.clock.monotonic() - began;
  if (worker != observe::kNoWorker) record.worker = site_.workers[worker]->identity().label;
  if (services_.access) services_.access->add(record);
  if (services_.log.enabled(observe::Level::Debug))
    services_.log.debug(fmt::format("{} {:.6f}",
                                    format_access(record, observe::AccessFormat::Combined),
                                    static_cast<double>(record.took.count()) / 1e9));
}

Task<std::size_t> App::dispatch(DecoratedExchange& exchange) {
  std::string path = router::normalize_path(exchange.request().path());
  if (auto forced = rule_of(exchange, path, router::Redirects::Order::Forced)) {
    const auto worker = co_await answer_as(exchange, *std::move(forced));
    co_return worker;
  }
  auto match = site_.router.match(path);
  // A worker with a fixed path hides a file of the same URL; a file hides the other workers.
  if (match && match->route->kind == router::RouteKind::Static) {
    const auto worker = co_await ask_worker(exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  const bool served = co_await serve_file(exchange, path);
  if (served) co_return observe::kNoWorker;
  auto rule = rule_of(exchange, path, router::Redirects::Order::Fallback);
  // A worker with parameters is hidden by what leads elsewhere, and hides what answers instead: a
  // page for every path, mostly.
  if (match && !(rule && rule->elsewhere())) {
    const auto worker = co_await ask_worker(exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  if (rule) {
    const auto worker = co_await answer_as(exchange, *std::move(rule));
    co_return worker;
  }
  co_await not_found(exchange);
  co_return observe::kNoWorker;
}

Task<std::size_t> App::ask_worker(http::Exchange& exchange, router::Match match, std::string path) {
  const std::size_t number = match.route->target;
  worker::Worker& worker = *site_.workers[number];
  std::string url = absolute_url(exchange.request(), authority_, path);
  co_await worker.serve(services_, exchange, std::move(url), std::move(match.params));
  co_return number;
}

std::optional<router::Redirection> App::rule_of(const http::Exchange& exchange,
                                                std::string_view path,
                                                router::Redirects::Order order) const {
  if (site_.redirects.empty()) return std::nullopt;
  const auto below = router::strip_prefix(path, site_.prefix);
  if (!below) return std::nullopt;
  return site_.redirects.match(*below, exchange.request().query(), order);
}

Task<std::size_t> App::answer_as(DecoratedExchange& exchange, router::Redirection redirection) {
  if (redirection.target.starts_with('/')) redirection.target.insert(0, site_.prefix);
  if (redirection.elsewhere()) {
    co_await redirect(exchange, std::move(redirection));
    co_return observe::kNoWorker;
  }
  const auto query = redirection.target.find('?');
  std::string path = router::normalize_path(std::string_view(redirection.target).substr(0, query));
  auto match = site_.router.match(path);
  if (match && redirection.status == 200) {
    const auto worker = co_await ask_worker(exchange, *std::move(match), std::move(path));
    co_return worker;
  }
  const bool served = co_await serve_file(exchange, path, redirection.status);
  if (!served) co_await not_found(exchange);
  co_return observe::kNoWorker;
}

Task<void> App::redirect(http::Exchange& exchange, router::Redirection redirection) {
  http::ResponseHead head;
  head.status = redirection.status;
  head.headers.add("Location", std::move(redirection.target));
  co_await exchange.respond(std::move(head), "");
}

// Asks for the file, and again when its coding was made meanwhile.
Task<Result<std::optional<http::FileResponse>>> App::find_file(const http::RequestHead& request,
                                                               std::string_view below) {
  const http::FileRequest wanted{
      request.method, below, {request.headers.begin(), request.headers.end()}};
  auto found = site_.files->find(wanted);
  if (!found || !*found || !(*found)->wanted || (*found)->status != 200) co_return found;
  auto made = std::make_shared<io::Notifier>(services_.loop);
  services_.offload.run(
      [files = site_.files.get(), job = *(*found)->wanted] { files->encode(job); },
      [made] { made->notify(); });
  co_await made->wait();
  co_return site_.files->find(wanted);
}

Task<bool> App::serve_file(DecoratedExchange& exchange, std::string_view path, int status) {
  if (!site_.files) co_return false;
  const auto below = router::strip_prefix(path, site_.prefix);
  if (!below) co_return false;
  auto found = co_await find_file(exchange.request(), *below);
  if (!found) {
    services_.log.error(fmt::format("cannot serve {}: {}", path, found.error().to_string()));
    auto page = abi::failure_page(found.error().kind());
    co_await exchange.respond(std::move(page.head), std::move(page.body));
    co_return true;
  }
  if (!*found) co_return false;
  auto& response = **found;
  if (response.status == 200) response.status = status;
  apply_rules(site_.header_rules, *below, response);
  exchange.leave_body();
  co_await send(exchange, std::move(response));
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
