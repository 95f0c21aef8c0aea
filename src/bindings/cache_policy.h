// What a response says about being kept: which ones the caches refuse, and how long the others are
// good for. Pure.
//
// As a shared cache reads it (RFC 9111), and Cloudflare's Cache API: the standard's own Cache API
// keeps everything for ever. A response that says nothing of its age stays until it is replaced or
// has to make room.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace wws::bindings {

struct Keeping {
  std::optional<std::chrono::seconds> lifetime;  // nothing: no end
  std::vector<std::string> without;              // fields that are not to be kept with the rest
};

// `now` is the server's clock. Errors: Denied, naming what in the response forbids it.
[[nodiscard]] Result<Keeping> keeping_of(const http::Headers& response,
                                         std::chrono::sys_seconds now);

}  // namespace wws::bindings
