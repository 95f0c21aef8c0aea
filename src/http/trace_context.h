// W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace a request belongs to, and
// how what it asks of others says so.
//
// This server is no tracer: it records no spans. It passes a trace on, so that those before and
// behind it are one, and begins one, not sampled, for a request that came without.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

struct TraceContext {
  std::string trace_id;  // 32 hexadecimal digits
  bool sampled = false;  // somebody before us records it
  std::string state;     // of `tracestate`, as it came; may be empty
};

// Of a `traceparent`; nothing when it is malformed (section 3.2.2).
[[nodiscard]] std::optional<TraceContext> parse_traceparent(std::string_view text);

// The request's: that of its fields, or a trace named after the request's id.
[[nodiscard]] TraceContext trace_of(const RequestHead& head);

// Puts `traceparent`, and `tracestate` where there is one, into the fields of a request that is
// part of the trace, unless it has a `traceparent` already or there is no trace. `parent` is its
// number in the trace, not 0.
void continue_trace(Headers& fields, const TraceContext& trace, std::uint64_t parent);

}  // namespace wws::http
