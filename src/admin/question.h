// Question: a request that an operator sends through the panel, read from JSON.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/memory_exchange.h"

namespace wws::admin {

// Of a response; more is cut.
inline constexpr std::size_t kMaxAnswerBytes = 1u << 20;

// {"method": "GET", "path": "/a?b=c", "headers": [["name", "value"]], "body": "...",
// "body_encoding": "text" or "base64"}; only `path` must be there. Takes what the parser of HTTP
// would have let through, and nothing else. Errors: Invalid, naming the member.
[[nodiscard]] Result<http::MemoryExchange::Request> parse_question(std::string_view json);

}  // namespace wws::admin
