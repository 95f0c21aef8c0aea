// The OpenSSL contexts behind Certificates: what every connection is negotiated with.
#pragma once

#include <vector>

#include "base/result.h"
#include "http/tls/openssl.h"
#include "http/tls/ticket_keys.h"

namespace wws::http::tls {

// One reading of the files; immutable once it is in use.
struct Generation {
  std::vector<Context> contexts;  // one a pair, the first for clients that name nobody
};

// With our defaults and without a certificate. `tickets` must outlive it.
[[nodiscard]] Result<Context> make_context(TicketKeys& tickets);
// Lets the first context hand a connection to the one whose certificate has the name asked for.
void choose_by_name(Generation& generation);

}  // namespace wws::http::tls
