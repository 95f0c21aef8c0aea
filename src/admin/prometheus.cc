#include "admin/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace wws::admin {
namespace {

// Histogram buckets end at 2^n microseconds, 32 µs to 33 s: exact sums of the classes we count in.
constexpr unsigned kFirstPower = 5;
constexpr unsigned kLastPower = 25;

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

class Writer final {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }
  // `labels` without braces, may be empty.
  template <typename T>
  void sample(std::string_view suffix, std::string_view labels, T value) {
    fmt::format_to(std::back_inserter(text_), "{}{}", name_, suffix);
    if (!labels.empty()) fmt::format_to(std::back_inserter(text_), "{{{}}}", labels);
    fmt::format_to(std::back_inserter(text_), " {}\n", value);
  }
  template <typename T>
  void single(std::string_view name, std::string_view type, std::string_view help, T value) {
    family(name, type, help);
    sample("", "", value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

std::string status_label(std::size_t status_class) {
  return status_class == 0 ? "code=\"none\"" : fmt::format("code=\"{}xx\"", status_class);
}

double seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

void write_requests(Writer& out, const observe::Figures& figures) {
  out.family("wws_http_requests_total", "counter", "Requests that ended, by class of status.");
  for (std::size_t i = 0; i < figures.by_class.size(); ++i)
    out.sample("", status_label(i), figures.by_class[i]);
  out.single("wws_http_requests_in_flight", "gauge", "Requests under way.", figures.in_flight());
  out.family("wws_http_request_duration_seconds", "histogram",
             "Time from head to end of response; WebSockets are not in it.");
  for (unsigned power = kFirstPower; power <= kLastPower; ++power)
    out.sample("_bucket", fmt::format("le=\"{}\"", static_cast<double>(1u << power) / 1e6),
               figures.latencies.count_below_power(power));
  out.sample("_bucket", "le=\"+Inf\"", figures.latencies.count());
  out.sample("_sum", "", static_cast<double>(figures.nanoseconds) / 1e9);
  out.sample("_count", "", figures.latencies.count());
  out.single("wws_worker_failures_total", "counter", "Runs of workers that failed.",
             figures.failures);
  out.family("wws_limit_hits_total", "counter", "Limits that were hit.");
  for (std::size_t i = 0; i < observe::kLimitCount; ++i)
    out.sample("", fmt::format("limit=\"{}\"", to_string(static_cast<observe::Limit>(i))),
               figures.limits[i]);
  for (std::size_t i = 0; i < observe::kEdgeLimitCount; ++i)
    out.sample("", fmt::format("limit=\"{}\"", to_string(static_cast<observe::EdgeLimit>(i))),
               figures.edge_limits[i]);
  out.family("wws_worker_runs_total", "counter", "Runs of workers' code, by where they began.");
  out.sample("", "from=\"image\"", figures.runs - std::min(figures.replayed, figures.runs));
  out.sample("", "from=\"top_level_code\"", figures.replayed);
  out.single("wws_connections_accepted_total", "counter", "Connections that were accepted.",
             figures.accepted);
  out.single("wws_tls_sessions_resumed_total", "counter", "TLS handshakes that resumed a session.",
             figures.tls_resumed);
}

// What was there already, and what had to be made.
void write_caches(Writer& out, const observe::Figures& figures, const wasm::PoolStats& pool) {
  out.family("wws_cache_hits_total", "counter", "Uses of what was there already.");
  out.sample("", "cache=\"instances\"", pool.leases - std::min(pool.created, pool.leases));
  out.sample("", "cache=\"codings\"", figures.coding_hits);
  out.family("wws_cache_misses_total", "counter", "Uses of what had to be made first.");
  out.sample("", "cache=\"instances\"", pool.created);
  out.sample("", "cache=\"codings\"", figures.coding_misses);
}

void write_sockets(Writer& out, const observe::Figures& figures) {
  out.single("wws_websockets_open", "gauge", "WebSockets that are open.", figures.sockets_open());
  out.single("wws_websockets_opened_total", "counter", "WebSockets that were opened.",
             figures.sockets_opened);
  out.family("wws_websocket_messages_total", "counter", "Messages over WebSockets.");
  out.sample("", "direction=\"received\"", figures.messages_received);
  out.sample("", "direction=\"sent\"", figures.messages_sent);
}

void write_workers(Writer& out, const WorkerCounts& workers) {
  out.family("wws_workers", "gauge", "Workers by state.");
  out.sample("", "state=\"loaded\"", workers.loaded);
  out.sample("", "state=\"unloaded\"", workers.unloaded);
  out.sample("", "state=\"broken\"", workers.broken);
  out.single("wws_workers_replayed", "gauge", "Workers whose top-level code runs at each request.",
             workers.replayed);
  out.single("wws_workers_fresh", "gauge", "Workers that get a new instance at each request.",
             workers.fresh);
  out.single("wws_worker_images_bytes", "gauge", "Memory of the workers' images.",
             workers.image_bytes);
}

void write_loops(Writer& out, const server::LoopStatus& loops) {
  const wasm::PoolStats& pool = loops.pool;
  out.single("wws_connections_open", "gauge", "Connections of clients.", loops.connections);
  out.single("wws_background_tasks", "gauge", "Tasks that go on after their response.",
             loops.background);
  out.family("wws_instances", "gauge", "Sandboxes by state.");
  out.sample("", "state=\"running\"", pool.running);
  out.sample("", "state=\"idle\"", pool.idle);
  out.single("wws_instance_requests_waiting", "gauge", "Requests that wait for a sandbox.",
             pool.waiting);
  out.single("wws_instance_leases_total", "counter", "Sandboxes lent.", pool.leases);
  out.single("wws_instances_created_total", "counter", "Sandboxes made.", pool.created);
  out.single("wws_instances_restored_total", "counter", "Sandboxes put back to their first state.",
             pool.restored);
  out.single("wws_instances_dropped_total", "counter", "Sandboxes dropped.", pool.dropped);
}

void write_worker_caches(Writer& out, const bindings::CacheStats& caches) {
  out.single("wws_cache_entries", "gauge", "Responses that workers keep in caches.",
             caches.entries);
  out.single("wws_cache_bytes", "gauge", "Memory of those.", caches.bytes);
  out.family("wws_cache_lookups_total", "counter", "Times that a cache was asked for a response.");
  out.sample("", "result=\"hit\"", caches.hits);
  out.sample("", "result=\"miss\"", caches.misses);
  out.family("wws_cache_puts_total", "counter", "Responses given to caches.");
  out.sample("", "result=\"stored\"", caches.stored);
  out.sample("", "result=\"refused\"", caches.refused);
  out.single("wws_cache_evictions_total", "counter", "Responses dropped to make room.",
             caches.evicted);
}

void write_each_worker(Writer& out, std::span<const WorkerView> asked) {
  const auto labels = [](const WorkerView& view) {
    return fmt::format("worker=\"{}\",route=\"{}\"", escaped(view.entry.worker->identity().label),
                       escaped(view.entry.route->path));
  };
  out.family("wws_worker_requests_total", "counter", "Requests that a worker answered.");
  for (const auto& view : asked)
    for (std::size_t i = 0; i < view.figures.by_class.size(); ++i)
      if (view.figures.by_class[i] > 0)
        out.sample("", labels(view) + "," + status_label(i), view.figures.by_class[i]);
  out.family("wws_worker_request_seconds_total", "counter", "Time that a worker's requests took.");
  for (const auto& view : asked)
    out.sample("", labels(view), static_cast<double>(view.figures.nanoseconds) / 1e9);
  out.family("wws_worker_cpu_seconds_total", "counter", "CPU time of a worker's code.");
  for (const auto& view : asked)
    out.sample("", labels(view), static_cast<double>(view.figures.cpu_nanoseconds) / 1e9);
  out.family("wws_worker_peak_memory_bytes", "gauge",
             "The largest size of a sandbox's linear memory at the end of a request, used or not: it "
             "begins at 32 MiB for JavaScript.");
  for (const auto& view : asked) out.sample("", labels(view), view.figures.peak_memory);
}

}  // namespace

std::string prometheus_text(const Facts& facts, const ServerStatus& status,
                            std::span<const WorkerView> asked) {
  Writer out;
  out.family("wws_build_info", "gauge", "The version that runs.");
  out.sample("", fmt::format("version=\"{}\"", escaped(facts.version)), 1);
  write_requests(out, status.figures);
  write_sockets(out, status.figures);
  write_workers(out, status.workers);
  write_loops(out, status.loops);
  write_caches(out, status.figures, status.loops.pool);
  write_worker_caches(out, status.caches);
  write_each_worker(out, asked);
  out.single("process_start_time_seconds", "gauge", "When the process started, since 1970.",
             seconds(facts.started));
  out.single("process_resident_memory_bytes", "gauge", "Resident memory.",
             status.process.resident_bytes);
  out.single("process_cpu_seconds_total", "counter", "CPU time of user and system.",
             status.process.cpu_seconds);
  return out.take();
}

}  // namespace wws::admin
