// Networks: a set of peers, by address: "10.0.0.0/8", "::1", and "unix" for whoever comes over a
// unix socket. A value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::http {

class Networks final {
 public:
  // Error: Invalid, when it is none of the above.
  [[nodiscard]] Result<void> add(std::string_view text);
  // A numeric address, or "unix"; nothing else is in any network.
  [[nodiscard]] bool contains(std::string_view address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty() && !unix_; }

 private:
  // IPv4 as the mapped addresses of IPv6.
  using Bits = std::array<std::uint8_t, 16>;
  struct Network {
    Bits address;
    unsigned prefix;
  };
  std::vector<Network> networks_;
  bool unix_ = false;
};

// The bits of a numeric address, IPv4 as the mapped address of IPv6; nothing for anything else.
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> address_bits(
    std::string_view text) noexcept;

// Whether it is a numeric IPv4 or IPv6 address, without brackets, port or zone.
[[nodiscard]] bool is_numeric_address(std::string_view text) noexcept;

}  // namespace wws::http
