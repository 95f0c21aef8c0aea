// What proxies say of a request that they pass on: `Forwarded` (RFC 7239), or where it is missing
// X-Forwarded-For, -Proto and -Host; X-Real-IP, which is no list, where neither names a client.
//
// Each proxy adds at the end, so the list is read from there: the client is the first address from
// the right that is no trusted proxy, or the leftmost. What is malformed is not believed, as a
// whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/forwarded/networks.h"
#include "http/message.h"

namespace wws::http {

// What is known of it; nothing where no proxy said so.
struct ForwardedFor {
  std::string address;
  std::optional<bool> secure;
  std::string authority;
};

[[nodiscard]] ForwardedFor read_forwarded(const Headers& headers, const Networks& trusted);

// Puts it into the head of a request that came from a trusted proxy; its Host becomes the one that
// the client asked for.
void apply_forwarded(RequestHead& head, const Networks& trusted);

// Tells the handler the client's address as the field X-Real-IP, whatever the client sent of that
// name: a worker knows no other. `address` is as RequestHead::remote_address; that of a unix socket
// is not shown.
void show_client(Headers& headers, const std::string& address);

}  // namespace wws::http
