// The head of an outbound request: checked, then written as RFC 9112 section 3 or RFC 9113 section
// 8 says.
#pragma once

#include <string>

#include "http/client/client.h"

namespace wws::http {

// Invalid when a part of the request could change the meaning of what is sent: control characters,
// spaces in the target, a host that is not one.
[[nodiscard]] Result<void> check_request(const ClientRequest& request);
// The request line and fields, up to and with the empty line.
[[nodiscard]] std::string write_head(const ClientRequest& request);
// The same for HTTP/2: the pseudo-header fields, then the others with names in lower case.
[[nodiscard]] Headers http2_fields(const ClientRequest& request);
// Whether to send it twice does as to send it once (RFC 9110 section 9.2.2).
[[nodiscard]] bool is_idempotent(const ClientRequest& request) noexcept;
// Whether a body is sent, which may be empty.
[[nodiscard]] bool has_body(const ClientRequest& request) noexcept;

}  // namespace wws::http
