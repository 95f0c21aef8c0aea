// Url: an absolute http or https URL, as the host understands it.
//
// Strict on purpose. Guests normalise with a full URL parser first; here only what every parser
// reads the same way passes, so that the host that was checked is the host that is connected to.
// Refused (Invalid): other schemes, user information, backslashes, spaces, non-ASCII and control
// characters, port 0, and hosts that look numeric without being a dotted quad ("127.1",
// "0x7f.0.0.1").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::bindings {

struct Url {
  bool secure = true;
  std::string host;          // lower case; IPv6 in its canonical form without brackets
  std::uint16_t port = 443;  // the scheme's, unless given
  std::string target = "/";  // path and query; the fragment is not sent

  // The whole URL again, without a default port.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool same_origin(const Url& other) const noexcept;
};

[[nodiscard]] Result<Url> parse_url(std::string_view text);

// A reference (the Location of a redirect) relative to `base`: RFC 3986 section 5.2. Bytes that
// upstreams often leave raw (spaces, UTF-8) are percent-encoded.
[[nodiscard]] Result<Url> resolve_url(const Url& base, std::string_view reference);

}  // namespace wws::bindings
