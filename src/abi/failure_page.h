// What a client sees when a worker fails: a status and a short page without internals. The reason
// is in the log.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace wws::abi {

struct FailurePage {
  http::ResponseHead head;
  std::string body;
};

// Of a worker that failed: 504 for TimedOut, else 500.
[[nodiscard]] FailurePage failure_page(ErrorKind kind);
// Of a request whose body could not be taken: 413 for Exhausted, 408 for TimedOut, else 400.
[[nodiscard]] FailurePage body_failure_page(ErrorKind kind);
// Says in the field x-request-id what the request is called, and in the text what to ask for.
void name_request(FailurePage& page, std::string_view request_id);
// The page for a given status.
[[nodiscard]] FailurePage status_page(int status, std::string text);

}  // namespace wws::abi
