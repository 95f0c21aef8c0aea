#include "admin/app.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <fstream>

#include "admin/prometheus.h"
#include "admin/query.h"
#include "admin/question.h"
#include "http/files/media_type.h"
#include "http/forwarded/forwarded.h"
#include "io/notifier.h"

namespace wws::admin {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kApi = "/_api/v0";
constexpr std::string_view kPanel = "/_panel/";
// A loop that computes for longer is left out of the sums.
constexpr milliseconds kLookLimit{500};
constexpr milliseconds kAskLimit{60'000};
// For the way there and back.
constexpr milliseconds kAskSlack{2'000};
constexpr std::uint64_t kMostStates = 1000;
constexpr std::uint64_t kMostRecords = 2000;
constexpr std::uint64_t kWorkerErrors = 20;

// No script but our own files, no other origin, no frame around it.
constexpr char kPagePolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr char kDataPolicy[] = "default-src 'none'; frame-ancestors 'none'";

Surface surface_of(std::string_view path) {
  if (path == "/healthz" || path == "/readyz") return Surface::Probe;
  if (path == "/metrics" || path.starts_with("/_api")) return Surface::Data;
  return Surface::Page;
}

bool is_reading(const http::RequestHead& request) {
  return request.method == "GET" || request.method == "HEAD";
}

// Case of ASCII ignored.
bool contains_text(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

bool contains_text(const observe::KeptRecord& record, std::string_view part) {
  return contains_text(record.text, part) ||
         std::ranges::any_of(record.fields, [part](const auto& field) {
           return contains_text(field.second, part);
         });
}

// FNV-1a: tells versions of a file apart; nobody attacks a cache with it.
std::string entity_tag(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return fmt::format("\"{:016x}\"", hash);
}

// /proc/self/statm: pages of the program, of which resident.
ProcessStatus process_status() {
  ProcessStatus status;
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (statm >> size >> resident)
    status.resident_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    status.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }
  return status;
}

void add(server::LoopStatus& sum, const server::LoopStatus& one) {
  sum.connections += one.connections;
  sum.background += one.background;
  sum.pool.leases += one.pool.leases;
  sum.pool.created += one.pool.created;
  sum.pool.restored += one.pool.restored;
  sum.pool.dropped += one.pool.dropped;
  sum.pool.image_switches += one.pool.image_switches;
  sum.pool.running += one.pool.running;
  sum.pool.idle += one.pool.idle;
  sum.pool.waiting += one.pool.waiting;
}

Task<Result<std::string>> read_body(http::Exchange& exchange) {
  std::string body;
  for (;;) {
    auto piece = co_await exchange.read();
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) co_return body;
    body += *piece;
  }
}

}  // namespace

App::App(boost::asio::io_context& loop, const Sources& sources, Access access, const Live& live)
    : loop_(loop), sources_(sources), access_(std::move(access)), live_(live) {}

std::shared_ptr<const Directory> App::directory() {
  auto site = sources_.server.site();
  if (!directory_ || directory_->site() != site)
    directory_ = std::make_shared<const Directory>(std::move(site));
  return directory_;
}

App::Answer App::json(std::string body) { return {.body = std::move(body)}; }

App::Answer App::problem(int status, std::string_view detail) {
  return {.status = status,
          .type = "application/problem+json",
          .body = problem_document(status, detail)};
}

Task<void> App::handle(http::Exchange& exchange) {
  Answer made = co_await answer(exchange);
  const bool page = surface_of(exchange.request().path()) == Surface::Page;
  http::ResponseHead head;
  head.status = made.status;
  if (!made.body.empty()) head.headers.add("content-type", std::move(made.type));
  head.headers.add("content-security-policy", page ? kPagePolicy : kDataPolicy);
  head.headers.add("x-content-type-options", "nosniff");
  head.headers.add("referrer-policy", "no-referrer");
  head.headers.add("cross-origin-resource-policy", "same-origin");
  head.headers.add("cross-origin-opener-policy", "same-origin");
  for (auto& header : made.headers)
    head.headers.add(std::move(header.name), std::move(header.value));
  if (!head.headers.contains("cache-control")) head.headers.add("cache-control", "no-store");
  auto sent = co_await exchange.respond(std::move(head), std::move(made.body));
  if (!sent && sent.error().kind() != ErrorKind::Gone)
    sources_.log.error(fmt::format("the admin cannot answer: {}", sent.error().to_string()));
}

Task<App::Answer> App::answer(http::Exchange& exchange) {
  const http::RequestHead& request = exchange.request();
  const std::string_view path = request.path();
  const Surface surface = surface_of(path);
  if (const auto denial = access_.check(request, surface)) {
    Answer refused = problem(denial->status, denial->detail);
    if (denial->status == 401)
      refused.headers.push_back({"www-authenticate", "Bearer realm=\"wws\""});
    co_return refused;
  }
  if (surface == Surface::Data) {
    Answer data = co_await answer_data(exchange, path);
    co_return data;
  }
  if (!is_reading(request)) {
    Answer refused = problem(405, "only GET and HEAD");
    refused.headers.push_back({"allow", "GET, HEAD"});
    co_return refused;
  }
  if (path == "/healthz") co_return Answer{.type = "text/plain", .body = "ok\n"};
  if (path == "/readyz") co_return answer_ready();
  co_return answer_file(request, path);
}

App::Answer App::answer_ready() {
  const bool serving = sources_.server.phase() == server::Server::Phase::Serving;
  if (serving) return {.type = "text/plain", .body = "ready\n"};
  return {.status = 503, .type = "text/plain", .body = "not serving\n"};
}

Task<App::Answer> App::answer_data(http::Exchange& exchange, std::string_view path) {
  const http::RequestHead& request = exchange.request();
  const bool asks = path == "/_api/v0/requests" || path == "/_api/v0/reload";
  if (asks ? request.method != "POST" : !is_reading(request)) {
    Answer refused = problem(405, asks ? "send it with POST" : "only GET and HEAD");
    refused.headers.push_back({"allow", asks ? "POST" : "GET, HEAD"});
    co_return refused;
  }
  if (path == "/_api/v0/reload") {
    Answer answered = co_await answer_reload();
    co_return answered;
  }
  if (asks) {
    Answer answered = co_await answer_question(exchange);
    co_return answered;
  }
  if (path == "/metrics" || path == "/_api/v0/server") {
    const ServerStatus status = co_await look();
    const auto workers = directory();
    if (path == "/metrics")
      co_return Answer{.type = kPrometheusType,
                       .body = prometheus_text(sources_.facts, status, asked_workers(*workers))};
    co_return json(server_document(sources_.facts, status));
  }
  const std::string_view query = request.query();
  const std::string_view rest = path.starts_with(kApi) ? path.substr(kApi.size()) : "";
  if (rest == "/workers") co_return json(workers_document(*directory()));
  if (rest.starts_with("/workers/")) co_return answer_worker(rest.substr(9));
  if (rest == "/states") co_return answer_states(query);
  if (rest == "/live") co_return json(live_document(live_.samples()));
  if (rest == "/log") co_return answer_log(query);
  if (rest == "/errors") co_return answer_errors(query);
  if (rest == "/openapi.json")
    if (const StaticFile* openapi = file("openapi.json"))
      co_return json(std::string(openapi->bytes));
  co_return problem(404,
                    "there is nothing at this path; /_api/v0/openapi.json lists what there is");
}

// --- workers -------------------------------------------------------------------------------------

// "ID" or "ID/state".
App::Answer App::answer_worker(std::string_view rest) {
  const auto slash = std::min(rest.find('/'), rest.size());
  const std::string_view what = rest.substr(slash);
  const auto workers = directory();
  const DirectoryEntry* entry = workers->find(rest.substr(0, slash));
  if (entry == nullptr) return problem(404, "there is no worker with this id");
  if (what.empty()) return json(worker_document(*entry));
  if (what != "/state") return problem(404, "a worker has no such part; there is /state");
  const auto errors = sources_.ring.errors(kWorkerErrors, [entry](const auto& record) {
    return record.field("route") == entry->route->path;
  });
  return json(state_document(view(*entry), errors, sources_.runtime.keeps_instances()));
}

WorkerView App::view(const DirectoryEntry& entry) const {
  return {entry, entry.worker->status(), sources_.metrics.worker(entry.worker->identity().number)};
}

App::Answer App::answer_states(std::string_view query) {
  const auto offset = query_number(query, "offset", 0, UINT32_MAX);
  if (!offset) return problem(400, offset.error().message());
  const auto limit = query_number(query, "limit", 100, kMostStates);
  if (!limit) return problem(400, limit.error().message());
  const std::string part = query_text(query, "contains");
  const std::string state = query_text(query, "state");
  using State = worker::WorkerStatus::State;
  if (!state.empty() && state != "loaded" && state != "unloaded" && state != "broken")
    return problem(400, "`state` must be loaded, unloaded or broken");
  const State wanted = state == "loaded"   ? State::Loaded
                       : state == "broken" ? State::Broken
                                           : State::Unloaded;
  std::vector<WorkerView> page;
  std::size_t matched = 0;
  const auto workers = directory();
  for (const auto& entry : workers->entries()) {
    if (!contains_text(entry.route->path, part) && !contains_text(entry.name, part) &&
        !contains_text(entry.route->file, part))
      continue;
    if (!state.empty() && entry.worker->status().state != wanted) continue;
    if (matched++ < *offset || page.size() >= *limit) continue;
    page.push_back(view(entry));
  }
  return json(states_document(page, matched, *offset, sources_.runtime.keeps_instances()));
}

std::vector<WorkerView> App::asked_workers(const Directory& directory) const {
  std::vector<WorkerView> asked;
  for (const auto& entry : directory.entries()) {
    observe::Figures figures = sources_.metrics.worker(entry.worker->identity().number);
    if (figures.requests() > 0) asked.push_back({entry, {}, figures});
  }
  return asked;
}

WorkerCounts App::count_workers() {
  const bool keeps = sources_.runtime.keeps_instances();
  WorkerCounts counts;
  const auto workers = directory();
  for (const auto& entry : workers->entries()) {
    const worker::WorkerStatus status = entry.worker->status();
    ++counts.total;
    switch (status.state) {
      case worker::WorkerStatus::State::Unloaded: ++counts.unloaded; break;
      case worker::WorkerStatus::State::Broken: ++counts.broken; break;
      case worker::WorkerStatus::State::Loaded:
        ++counts.loaded;
        counts.replayed += status.replayed ? 1 : 0;
        counts.fresh += status.kept && keeps ? 0 : 1;
        counts.image_pages += status.image_pages;
        counts.image_bytes += status.image_bytes;
        break;
    }
  }
  return counts;
}

// --- log -----------------------------------------------------------------------------------------

App::Answer App::answer_log(std::string_view query) {
  const auto after = query_number(query, "after", 0, UINT64_MAX);
  if (!after) return problem(400, after.error().message());
  const auto limit = query_number(query, "limit", 200, kMostRecords);
  if (!limit) return problem(400, limit.error().message());
  const std::string level_text = query_text(query, "level");
  const auto level = observe::parse_level(level_text.empty() ? "trace" : level_text);
  if (!level) return problem(400, level.error().message());
  const std::string worker = query_text(query, "worker");
  const std::string part = query_text(query, "contains");
  // Before the records: what comes in between is asked for again.
  const std::uint64_t newest = sources_.ring.newest();
  const auto records = sources_.ring.records(*after, *limit, [&](const auto& record) {
    return record.level >= *level && record.number <= newest &&
           (worker.empty() || record.field("worker") == worker) && contains_text(record, part);
  });
  return json(records_document(records, newest));
}

App::Answer App::answer_errors(std::string_view query) {
  const auto limit = query_number(query, "limit", 50, kMostRecords);
  if (!limit) return problem(400, limit.error().message());
  return json(records_document(sources_.ring.errors(*limit, {}), sources_.ring.newest()));
}

// --- the server's loops --------------------------------------------------------------------------

Task<ServerStatus> App::look() {
  struct Gathered {
    explicit Gathered(boost::asio::io_context& loop) : complete(loop.get_executor()) {}
    io::Notifier complete;
    std::size_t seen = 0;
    server::LoopStatus sum;
  };
  const auto gathered = std::make_shared<Gathered>(loop_);
  const std::size_t loops = sources_.facts.loops;
  sources_.server.look(
      [gathered, loops, &loop = loop_](std::size_t, const server::LoopStatus& one) {
        boost::asio::post(loop, [gathered, loops, one] {
          add(gathered->sum, one);
          if (++gathered->seen == loops) gathered->complete.notify();
        });
      });
  ServerStatus status;
  status.now = sources_.clock.realtime();
  status.phase = sources_.server.phase();
  status.keeps_instances = sources_.runtime.keeps_instances();
  if (!status.keeps_instances) status.why_not_kept = sources_.runtime.why_not_kept();
  status.workers = count_workers();
  status.serves_files = directory()->site()->files != nullptr;
  status.figures = sources_.metrics.total();
  status.caches = sources_.caches.stats();
  status.process = process_status();
  co_await gathered->complete.wait_until(steady_clock::now() + kLookLimit);
  status.loops_seen = gathered->seen;
  status.loops = gathered->sum;
  co_return status;
}

Task<std::optional<server::Asked>> App::ask(http::MemoryExchange::Request request) {
  struct Pending {
    explicit Pending(boost::asio::io_context& loop) : there(loop.get_executor()) {}
    io::Notifier there;
    std::optional<server::Asked> asked;
  };
  const auto pending = std::make_shared<Pending>(loop_);
  sources_.server.ask(std::move(request), kAskLimit, [pending, &loop = loop_](server::Asked asked) {
    boost::asio::post(loop, [pending, asked = std::move(asked)]() mutable {
      pending->asked = std::move(asked);
      pending->there.notify();
    });
  });
  co_await pending->there.wait_until(steady_clock::now() + kAskLimit + kAskSlack);
  co_return std::move(pending->asked);
}

Task<App::Answer> App::answer_question(http::Exchange& exchange) {
  auto body = co_await read_body(exchange);
  if (!body) {
    const bool large = body.error().kind() == ErrorKind::Exhausted;
    co_return problem(large ? 413 : 400, body.error().message());
  }
  auto request = parse_question(*body);
  if (!request) co_return problem(400, request.error().message());
  request->remote_address = exchange.request().remote_address;
  http::show_client(request->headers, request->remote_address);
  const std::string target = request->target;
  auto asked = co_await ask(std::move(*request));
  if (!asked || (!asked->answered && asked->timed_out))
    co_return problem(504, "no answer came in time");
  if (!asked->answered) co_return problem(502, "the worker gave no answer");
  const std::string path = router::normalize_path(target.substr(0, target.find('?')));
  const auto workers = directory();
  const auto match = workers->site()->router.match(path);
  co_return json(asked_document(*asked, match ? workers->by_route(match->route) : nullptr));
}

Task<App::Answer> App::answer_reload() {
  struct Pending {
    explicit Pending(boost::asio::io_context& loop) : there(loop.get_executor()) {}
    io::Notifier there;
    std::optional<server::ReloadOutcome> outcome;
  };
  if (!sources_.reload) co_return problem(501, "this server cannot reload its project");
  const auto pending = std::make_shared<Pending>(loop_);
  sources_.reload([pending, &loop = loop_](server::ReloadOutcome outcome) {
    boost::asio::post(loop, [pending, outcome = std::move(outcome)]() mutable {
      pending->outcome = std::move(outcome);
      pending->there.notify();
    });
  });
  co_await pending->there.wait_until(steady_clock::now() + kAskLimit);
  if (!pending->outcome) co_return problem(504, "the project is still being loaded");
  if (pending->outcome->reloaded) co_return json(reload_document(*pending->outcome));
  std::string detail = pending->outcome->text;
  for (const std::string& mistake : pending->outcome->mistakes) detail += "\n" + mistake;
  co_return problem(409, detail);
}

// --- the panel's files ---------------------------------------------------------------------------

const StaticFile* App::file(std::string_view path) const {
  const auto found = std::ranges::find(sources_.files, path, &StaticFile::path);
  return found == sources_.files.end() ? nullptr : &*found;
}

App::Answer App::answer_file(const http::RequestHead& request, std::string_view path) {
  if (path == "/" || path == "/_panel") {
    Answer moved{.status = 308};
    moved.headers.push_back({"location", std::string(kPanel)});
    return moved;
  }
  if (!path.starts_with(kPanel)) return problem(404, "there is nothing here; see /_panel/");
  const std::string_view name = path.substr(kPanel.size());
  const StaticFile* found = file(name.empty() ? "index.html" : name);
  // Places of the page have no dot; a missing asset must not look like the page.
  const bool place = name.find('.') == std::string_view::npos && !name.starts_with("assets/");
  if (found == nullptr && place) found = file("index.html");
  if (found == nullptr) return problem(404, "the panel has no such file");
  const std::string tag = entity_tag(found->bytes);
  const bool hashed = found->path.starts_with("assets/");  // its name changes with its content
  Answer answer{.type = std::string(http::media_type_of(found->path))};
  answer.headers.push_back({"etag", tag});
  answer.headers.push_back(
      {"cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache"});
  if (request.headers.has_token("if-none-match", tag))
    answer.status = 304;
  else
    answer.body = std::string(found->bytes);
  return answer;
}

}  // namespace wws::admin
