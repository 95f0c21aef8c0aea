// What a client sees when a worker fails: a status and a short page without internals. The reason is
// in the log.
#pragma once

#include <string>

#include "base/error.h"
#include "http/message.h"

namespace wws::abi {

struct FailurePage {
  http::ResponseHead head;
  std::string body;
};

// 504 for TimedOut, 503 with Retry-After for Exhausted pools, 413 for Invalid bodies ..., else 500.
[[nodiscard]] FailurePage failure_page(ErrorKind kind);
// The page for a given status.
[[nodiscard]] FailurePage status_page(int status, std::string text);

}  // namespace wws::abi
