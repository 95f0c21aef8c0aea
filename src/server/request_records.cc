#include "server/request_records.h"

#include <fmt/format.h>

#include <string>

#include "http/trace_context.h"

namespace wws::server {
namespace {

// Of each text of a request that was refused.
constexpr std::size_t kMostOfRefused = 1024;

std::string_view protocol_of(const http::RequestHead& request) noexcept {
  if (request.version_major == 2) return "HTTP/2.0";
  return request.version_minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

observe::AccessRecord record_of(const http::RequestHead& request) {
  observe::AccessRecord record;
  record.remote = request.remote_address;
  record.method = request.method;
  record.target = request.target;
  record.protocol = protocol_of(request);
  record.request_id = request.request_id;
  record.referer = request.headers.find("referer").value_or("");
  record.user_agent = request.headers.find("user-agent").value_or("");
  return record;
}

}  // namespace

void RequestRecords::add(const http::RequestHead& request, const Answered& answered) const {
  auto record = record_of(request);
  record.status = answered.status;
  record.bytes = answered.bytes;
  record.worker = answered.worker;
  record.took = answered.took;
  std::string trace;
  if (request.headers.contains("traceparent"))
    record.trace_id = trace = http::trace_of(request).trace_id;
  write(record);
}

void RequestRecords::refused(const http::RequestHead& request, int status, std::uint64_t bytes) {
  if (services_.metrics) services_.metrics->refused(status);
  if (!are_kept()) return;
  auto record = record_of(request);
  record.status = status;
  record.bytes = bytes;
  for (std::string_view* const text :
       {&record.method, &record.target, &record.referer, &record.user_agent})
    *text = text->substr(0, kMostOfRefused);
  if (record.method.empty()) record.method = "-";
  if (record.target.empty()) record.target = "-";
  // Nothing of the request line came through, or another version than ours.
  if (request.target.empty() || status == 505) record.protocol = "-";
  write(record);
}

void RequestRecords::write(observe::AccessRecord record) const {
  record.time = services_.clock.realtime();
  if (services_.access) services_.access->add(record);
  const double seconds = static_cast<double>(record.took.count()) / 1e9;
  if (watched_ == Watched::Yes)
    services_.log.info(fmt::format("{} {} → {} in {:.1f} ms", record.method, record.target,
                                   record.status, seconds * 1e3));
  else if (services_.log.enabled(observe::Level::Debug))
    services_.log.debug(
        fmt::format("{} {:.6f}", format_access(record, observe::AccessFormat::Combined), seconds));
}

}  // namespace wws::server
