// Where the server listens, as it is written in flags and settings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wws::config {

struct ListenSetting {
  // Without one in the text: HTTPS on TCP if there are certificates, else HTTP.
  enum class Scheme : std::uint8_t { Unsaid, Http, Https };
  Scheme scheme = Scheme::Unsaid;
  std::string host;
  std::uint16_t port = 0;
  std::string path;      // of a unix socket, instead of host and port
  unsigned mode = 0660;  // of its file

  bool operator==(const ListenSetting&) const = default;
};

// "0.0.0.0:8080", "[::1]:8080", "https://0.0.0.0:443", "http://localhost:80", "unix:/run/wws.sock",
// "unix:/run/wws.sock,mode=0666"; nothing for anything else.
[[nodiscard]] std::optional<ListenSetting> parse_listen(std::string_view text);

// What to say of a text that is none.
[[nodiscard]] std::string not_an_address(std::string_view text);

}  // namespace wws::config
