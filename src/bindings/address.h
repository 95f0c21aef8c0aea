// Which numeric addresses belong to the public Internet.
#pragma once

#include <string_view>

namespace wws::bindings {

// False for everything that reaches the server's own networks or nobody: the special-purpose
// registries of IANA (RFC 6890 and its updates), multicast, and IPv6 forms that carry such an IPv4
// address (mapped, compatible, NAT64, 6to4). False for text that is not an address.
[[nodiscard]] bool is_public_address(std::string_view address) noexcept;

}  // namespace wws::bindings
