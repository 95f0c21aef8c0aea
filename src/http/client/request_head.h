// The head of an outbound request: checked, then written as RFC 9112 section 3 says.
#pragma once

#include <string>

#include "http/client/client.h"

namespace wws::http {

// Invalid when a part of the request could change the meaning of what is sent: control characters,
// spaces in the target, a host that is not one.
[[nodiscard]] Result<void> check_request(const ClientRequest& request);
// The request line and fields, up to and with the empty line.
[[nodiscard]] std::string write_head(const ClientRequest& request);

}  // namespace wws::http
