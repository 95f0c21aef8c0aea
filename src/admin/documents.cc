#include "admin/documents.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "abi/stdio_json/base64.h"
#include "base/text.h"

namespace wws::admin {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr char kMask[] = "********";

// Names come from files and guests: what is no UTF-8 becomes U+FFFD.
std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Json optional_text(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json milliseconds(std::optional<nanoseconds> time) {
  return time ? Json(static_cast<double>(time->count()) / 1e6) : Json();
}

std::string_view name_of(worker::WorkerStatus::State state) {
  switch (state) {
    case worker::WorkerStatus::State::Unloaded: return "unloaded";
    case worker::WorkerStatus::State::Loaded: return "loaded";
    case worker::WorkerStatus::State::Broken: return "broken";
  }
  return "unloaded";
}

std::string_view name_of(server::Server::Phase phase) {
  switch (phase) {
    case server::Server::Phase::Starting: return "starting";
    case server::Server::Phase::Serving: return "serving";
    case server::Server::Phase::Stopping: return "stopping";
  }
  return "starting";
}

Json figures_json(const observe::Figures& figures) {
  Json json;
  json["requests"] = figures.requests();
  Json& by_status = json["by_status"];
  for (std::size_t i = 1; i < figures.by_class.size(); ++i)
    by_status[fmt::format("{}xx", i)] = figures.by_class[i];
  by_status["none"] = figures.by_class[0];
  json["failures"] = figures.failures;
  Json& limits = json["limits_hit"];
  for (std::size_t i = 0; i < observe::kLimitCount; ++i)
    limits[std::string(to_string(static_cast<observe::Limit>(i)))] = figures.limits[i];
  json["websockets"] = {{"open", figures.sockets_open()},
                        {"opened", figures.sockets_opened},
                        {"messages_received", figures.messages_received},
                        {"messages_sent", figures.messages_sent}};
  json["runs"] = figures.runs;
  json["replayed_runs"] = figures.replayed;
  json["cpu_seconds"] = static_cast<double>(figures.cpu_nanoseconds) / 1e9;
  json["peak_memory_bytes"] = figures.peak_memory;
  Json& latency = json["latency_ms"];
  const std::uint64_t count = figures.latencies.count();
  latency["mean"] =
      count == 0
          ? Json()
          : Json(static_cast<double>(figures.nanoseconds) / 1e6 / static_cast<double>(count));
  latency["p50"] = milliseconds(figures.latencies.quantile(0.5));
  latency["p95"] = milliseconds(figures.latencies.quantile(0.95));
  latency["p99"] = milliseconds(figures.latencies.quantile(0.99));
  return json;
}

Json summary_json(const DirectoryEntry& entry) {
  return {{"id", entry.id},
          {"name", entry.name},
          {"path", entry.route->path},
          {"filepath", entry.filepath}};
}

Json view_json(const WorkerView& view, bool keeps_instances) {
  const worker::WorkerStatus& status = view.status;
  const bool loaded = status.state == worker::WorkerStatus::State::Loaded;
  Json json = summary_json(view.entry);
  json["file"] = view.entry.route->file;
  json["language"] = status.language;
  json["state"] = name_of(status.state);
  json["why_broken"] = optional_text(status.why_broken);
  json["top_level_code"] = !loaded || status.language != "javascript" ? Json()
                           : status.replayed                          ? Json("each-request")
                                                                      : Json("once");
  json["why_each_request"] = optional_text(status.why_replayed);
  const bool kept = status.kept && keeps_instances;
  json["instances"] = !loaded ? Json() : kept ? Json("kept") : Json("fresh");
  json["why_fresh"] = !loaded || kept ? Json()
                      : status.kept   ? Json("the server keeps no instances")
                                      : optional_text(status.why_fresh);
  json["image"] =
      loaded ? Json{{"pages", status.image_pages}, {"bytes", status.image_bytes}} : Json();
  json["figures"] = figures_json(view.figures);
  return json;
}

Json record_json(const observe::KeptRecord& record) {
  Json fields = Json::object();
  for (const auto& [name, value] : record.fields) fields[name] = value;
  return {{"number", record.number},
          {"time", timestamp(record.time)},
          {"level", to_string(record.level)},
          {"text", record.text},
          {"fields", std::move(fields)}};
}

Json records_json(std::span<const observe::KeptRecord> records) {
  Json json = Json::array();
  for (const auto& record : records) json.push_back(record_json(record));
  return json;
}

std::string_view name_of(config::Evaluate evaluate) {
  switch (evaluate) {
    case config::Evaluate::Auto: return "auto";
    case config::Evaluate::Once: return "once";
    case config::Evaluate::EachRequest: return "each-request";
  }
  return "auto";
}

Json configuration_json(const config::WorkerConfig& config) {
  const config::Limits& limits = config.limits;
  const config::HttpRequests& http = config.http_requests;
  Json warmup = Json::array();
  for (const auto& request : config.warmup) warmup.push_back(request.method + " " + request.path);
  return {{"limits",
           {{"cpu_ms", limits.cpu.count()},
            {"wall_ms", limits.wall.count()},
            {"memory_bytes", limits.memory_bytes},
            {"request_bytes", limits.request_bytes},
            {"response_bytes", limits.response_bytes},
            {"sockets", limits.sockets},
            {"message_bytes", limits.message_bytes},
            {"queue_bytes", limits.queue_bytes},
            {"idle_ms", limits.idle.count()}}},
          {"http_requests",
           {{"allowed_hosts", http.allowed_hosts},
            {"allowed_methods", http.allowed_methods},
            {"allow_http", http.allow_http},
            {"allow_private", http.allow_private},
            {"max_response_bytes", http.max_response_bytes}}},
          {"warmup", std::move(warmup)},
          {"evaluate", name_of(config.evaluate)}};
}

// [{"name", "value"}] would tell no more than pairs do.
Json headers_json(const http::Headers& headers) {
  Json json = Json::array();
  for (const auto& header : headers) json.push_back({header.name, header.value});
  return json;
}

}  // namespace

std::string timestamp(nanoseconds since_1970) {
  const auto milliseconds = since_1970.count() / 1'000'000;
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     milliseconds % 1000);
}

std::string problem_document(int status, std::string_view detail) {
  return text_of({{"type", "about:blank"},
                  {"title", http::reason_phrase(status)},
                  {"status", status},
                  {"detail", detail}});
}

std::string workers_document(const Directory& directory) {
  Json json = Json::array();
  for (const auto& entry : directory.entries()) json.push_back(summary_json(entry));
  return text_of(json);
}

std::string worker_document(const DirectoryEntry& entry) {
  const config::WorkerConfig& config = entry.worker->identity().config;
  Json vars = Json::object();
  for (const auto& [name, value] : config.vars) vars[name] = kMask;
  Json folders = Json::array();
  for (const auto& folder : config.folders)
    folders.push_back({{"from", folder.from}, {"to", folder.to}});
  Json kv = config.kv_namespace ? Json(*config.kv_namespace) : Json();
  return text_of({{"id", entry.id},
                  {"name", entry.name},
                  {"version", config.version},
                  {"data", {{"kv", std::move(kv)}}},
                  {"folders", std::move(folders)},
                  {"vars", std::move(vars)}});
}

std::string server_document(const Facts& facts, const ServerStatus& status) {
  const WorkerCounts& workers = status.workers;
  const wasm::PoolStats& pool = status.loops.pool;
  Json json;
  json["version"] = facts.version;
  json["project"] = facts.project;
  json["address"] = facts.address;
  json["phase"] = name_of(status.phase);
  json["started"] = timestamp(facts.started);
  json["now"] = timestamp(status.now);
  json["uptime_seconds"] = static_cast<double>((status.now - facts.started).count()) / 1e9;
  json["loops"] = facts.loops;
  json["serves_files"] = status.serves_files;
  json["keeps_instances"] = status.keeps_instances;
  json["why_not_kept"] = optional_text(status.why_not_kept);
  json["workers"] = {{"total", workers.total},
                     {"loaded", workers.loaded},
                     {"unloaded", workers.unloaded},
                     {"broken", workers.broken},
                     {"replayed", workers.replayed},
                     {"fresh", workers.fresh},
                     {"image_pages", workers.image_pages},
                     {"image_bytes", workers.image_bytes}};
  json["in_flight"] = status.figures.in_flight();
  json["figures"] = figures_json(status.figures);
  json["connections"] = status.loops.connections;
  json["connections_accepted"] = status.figures.accepted;
  json["tls_sessions_resumed"] = status.figures.tls_resumed;
  Json& edge = json["bounds_hit"];
  for (std::size_t i = 0; i < observe::kEdgeLimitCount; ++i)
    edge[std::string(to_string(static_cast<observe::EdgeLimit>(i)))] =
        status.figures.edge_limits[i];
  json["codings"] = {{"found", status.figures.coding_hits}, {"made", status.figures.coding_misses}};
  json["background_tasks"] = status.loops.background;
  json["instances"] = {{"running", pool.running},
                       {"idle", pool.idle},
                       {"waiting", pool.waiting},

                       {"leases", pool.leases},
                       {"created", pool.created},
                       {"restored", pool.restored},
                       {"dropped", pool.dropped},
                       {"image_switches", pool.image_switches},
                       {"loops_seen", status.loops_seen}};
  const bindings::CacheStats& caches = status.caches;
  json["caches"] = {{"entries", caches.entries}, {"bytes", caches.bytes},
                    {"hits", caches.hits},       {"misses", caches.misses},
                    {"stored", caches.stored},   {"refused", caches.refused},
                    {"evicted", caches.evicted}};
  json["process"] = {{"resident_bytes", status.process.resident_bytes},
                     {"cpu_seconds", status.process.cpu_seconds}};
  return text_of(json);
}

std::string states_document(std::span<const WorkerView> page, std::size_t matched,
                            std::size_t offset, bool keeps_instances) {
  Json items = Json::array();
  for (const auto& view : page) items.push_back(view_json(view, keeps_instances));
  return text_of({{"matched", matched}, {"offset", offset}, {"items", std::move(items)}});
}

std::string state_document(const WorkerView& view, std::span<const observe::KeptRecord> errors,
                           bool keeps_instances) {
  Json json = view_json(view, keeps_instances);
  json["configuration"] = configuration_json(view.entry.worker->identity().config);
  json["errors"] = records_json(errors);
  return text_of(json);
}

std::string live_document(const std::deque<LiveSample>& samples) {
  Json json = Json::array();
  for (const auto& sample : samples)
    json.push_back({{"time", timestamp(sample.time)},
                    {"requests_per_second", sample.requests_per_second},
                    {"errors_per_second", sample.errors_per_second},
                    {"failures_per_second", sample.failures_per_second},
                    {"in_flight", sample.in_flight},
                    {"p50_ms", milliseconds(sample.p50)},
                    {"p95_ms", milliseconds(sample.p95)},
                    {"p99_ms", milliseconds(sample.p99)}});
  return text_of({{"samples", std::move(json)}});
}

std::string records_document(std::span<const observe::KeptRecord> records, std::uint64_t newest) {
  return text_of({{"newest", newest}, {"records", records_json(records)}});
}

std::string reload_document(const server::ReloadOutcome& outcome) {
  return text_of(
      {{"reloaded", outcome.reloaded}, {"text", outcome.text}, {"mistakes", outcome.mistakes}});
}

std::string asked_document(const server::Asked& asked, const DirectoryEntry* entry) {
  const bool text = is_utf8(asked.body);
  std::string_view reason = asked.head.reason;
  if (reason.empty()) reason = http::reason_phrase(asked.head.status);
  return text_of({{"status", asked.head.status},
                  {"reason", reason},
                  {"headers", headers_json(asked.head.headers)},
                  {"body", text ? asked.body : abi::stdio_json::encode_base64(asked.body)},
                  {"body_encoding", text ? "text" : "base64"},
                  {"complete", asked.complete},
                  {"truncated", asked.truncated},
                  {"timed_out", asked.timed_out},
                  {"took_ms", static_cast<double>(asked.took.count()) / 1e6},
                  {"worker", entry ? summary_json(*entry) : Json()}});
}

}  // namespace wws::admin
