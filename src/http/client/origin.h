// Origin: whom a connection is for. Connections are never shared between origins.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace wws::http {

struct Origin {
  bool secure = false;
  std::string host;
  std::uint16_t port = 0;
  auto operator<=>(const Origin&) const = default;
};

}  // namespace wws::http
