// The header that a proxy of bytes puts before a connection, PROXY protocol version 2 (binary;
// https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt section 2.2). Version 1, the line of
// text, is not read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::http {

// The fixed part, which tells how long the rest is.
inline constexpr std::size_t kProxyHeaderStart = 16;

// The bytes after the first kProxyHeaderStart. Errors: Invalid when it is no such header, Exhausted
// when it is longer than any proxy's.
[[nodiscard]] Result<std::size_t> proxy_header_rest(std::string_view start);

struct ProxiedPeer {
  std::string address;  // numeric; "unix"; empty: the proxy speaks for itself, or does not know
  bool secure = false;  // the client came to the proxy over TLS
};
// Of a whole header. Errors: Invalid.
[[nodiscard]] Result<ProxiedPeer> parse_proxy_header(std::string_view bytes);

}  // namespace wws::http
