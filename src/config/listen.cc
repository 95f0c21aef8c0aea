#include "config/listen.h"

#include <fmt/format.h>

#include <charconv>

namespace wws::config {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kMode = ",mode=";

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number > most)
    return std::nullopt;
  return number;
}

std::optional<ListenSetting> parse_unix(std::string_view text) {
  ListenSetting setting;
  if (const std::size_t at = text.rfind(kMode); at != std::string_view::npos) {
    const auto mode = parse_number<unsigned>(text.substr(at + kMode.size()), 8, 0777);
    if (!mode) return std::nullopt;
    setting.mode = *mode;
    text = text.substr(0, at);
  }
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  setting.path = text;
  return setting;
}

// A host that may be bracketed, a colon and a port.
bool parse_host_and_port(std::string_view text, ListenSetting& setting) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 10, UINT16_MAX);
  if (!port) return false;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Without brackets the last number of an IPv6 address would be taken for a port.
  if (host.empty() || (host.find(':') != std::string_view::npos) != bracketed) return false;
  if (host.find_first_of("/[]@ ") != std::string_view::npos) return false;
  setting.host = host;
  setting.port = *port;
  return true;
}

}  // namespace

std::optional<ListenSetting> parse_listen(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_unix(text.substr(kUnix.size()));
  ListenSetting setting;
  for (const auto& [prefix, scheme] :
       {std::pair{std::string_view("http://"), ListenSetting::Scheme::Http},
        {"https://", ListenSetting::Scheme::Https}}) {
    if (!text.starts_with(prefix)) continue;
    setting.scheme = scheme;
    text.remove_prefix(prefix.size());
    if (text.ends_with('/')) text.remove_suffix(1);
    break;
  }
  if (!parse_host_and_port(text, setting)) return std::nullopt;
  return setting;
}

std::string not_an_address(std::string_view text) {
  return fmt::format(
      "'{}' is no address to listen on: write 0.0.0.0:8080, [::1]:8080, https://0.0.0.0:443 or "
      "unix:/run/wws.sock (,mode=0666)",
      text);
}

}  // namespace wws::config
