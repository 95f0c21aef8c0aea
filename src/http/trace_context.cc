#include "http/trace_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/blanks.h"

namespace wws::http {
namespace {

constexpr std::string_view kParent = "traceparent";
constexpr std::string_view kState = "tracestate";
// version "-" trace-id "-" parent-id "-" flags
constexpr std::size_t kLength = 55;
// What must be passed on at least is 512 (section 3.3.1.5); what is longer is nobody's.
constexpr std::size_t kLongestState = 2048;

bool is_hex(std::string_view text) noexcept {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) noexcept {
  return text.find_first_not_of('0') == std::string_view::npos;
}

// FNV-1a in two halves: another name of the id, in the digits of a trace.
std::string digits_of(std::string_view id) {
  std::uint64_t halves[] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
  for (std::uint64_t& half : halves) {
    for (const char c : id) half = (half ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return fmt::format("{:016x}{:016x}", halves[0], halves[1] | 1);
}

// All fields of the name as one list (section 3.3.1.1: there may be several).
std::string joined(const Headers& headers, std::string_view name) {
  std::string all;
  for (const Header& header : headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    if (!all.empty()) all += ",";
    all += header.value;
  }
  return all;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  text = trim(text);
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(flags)) return std::nullopt;
  if (version == "ff" || is_zero(trace) || is_zero(parent)) return std::nullopt;
  // A later version may say more behind another dash (section 4.3).
  if (text.size() > kLength && (version == "00" || text[kLength] != '-')) return std::nullopt;
  const char last = flags[1];
  const int bits = last <= '9' ? last - '0' : last - 'a' + 10;
  return TraceContext{std::string(trace), (bits & 1) != 0, {}};
}

TraceContext trace_of(const RequestHead& head) {
  std::size_t count = 0;
  std::string_view parent;
  for (const Header& header : head.headers) {
    if (!equals_ignoring_case(header.name, kParent)) continue;
    parent = header.value;
    ++count;
  }
  if (count == 1) {
    if (auto trace = parse_traceparent(parent)) {
      trace->state = joined(head.headers, kState);
      if (trace->state.size() > kLongestState) trace->state.clear();
      return *std::move(trace);
    }
  }
  const std::string& id = head.request_id;
  const bool has_form = id.size() == 32 && is_hex(id) && !is_zero(id);
  return {has_form ? id : digits_of(id), false, {}};
}

void continue_trace(Headers& fields, const TraceContext& trace, std::uint64_t parent) {
  if (trace.trace_id.empty() || fields.contains(kParent)) return;
  fields.add(std::string(kParent),
             fmt::format("00-{}-{:016x}-{:02x}", trace.trace_id, parent, trace.sampled ? 1 : 0));
  if (!trace.state.empty() && !fields.contains(kState))
    fields.add(std::string(kState), trace.state);
}

}  // namespace wws::http
