#include "bindings/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace wws::bindings {
namespace {

constexpr std::size_t kMaxUrl = 64 * 1024;

std::unexpected<Error> invalid(std::string_view why) {
  return fail(ErrorKind::Invalid, fmt::format("the URL is not valid: {}", why));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// Whether a host's last label makes other parsers read the host as a number:
// https://url.spec.whatwg.org/#ends-in-a-number-checker
bool ends_in_number(std::string_view label) {
  if (std::all_of(label.begin(), label.end(), is_digit)) return true;
  return label.size() >= 2 && label[0] == '0' && label[1] == 'x' &&
         std::all_of(label.begin() + 2, label.end(), is_hex);
}

bool is_dotted_quad(const std::vector<std::string_view>& labels) {
  return labels.size() == 4 && std::all_of(labels.begin(), labels.end(), [](std::string_view part) {
           if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), is_digit))
             return false;
           const int value = std::stoi(std::string(part));
           return value <= 255 && (part.size() == 1 || part[0] != '0');
         });
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

Result<std::string> parse_name(std::string_view text) {
  auto host = lower(text);
  if (host.empty() || host.size() > 253) return invalid("the host is missing or too long");
  const auto labels = split(host, '.');
  if (!std::all_of(labels.begin(), labels.end(), is_label))
    return invalid("the host has characters that a host name cannot have");
  if (ends_in_number(labels.back()) && !is_dotted_quad(labels))
    return invalid("a numeric host must be written as four decimal numbers");
  return host;
}

Result<std::string> parse_ipv6(std::string_view text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1 ||
      text.find('\0') != std::string_view::npos)
    return invalid("the brackets do not hold an IPv6 address");
  char canonical[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, &address, canonical, sizeof(canonical));
  return std::string(canonical);
}

Result<std::uint16_t> parse_port(std::string_view text, std::uint16_t fallback) {
  if (text.empty()) return fallback;
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc{} || end != text.data() + text.size() || port == 0)
    return invalid("the port must be a number from 1 to 65535");
  return port;
}

Result<void> parse_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos)
    return invalid("a user name or password has no place in it; send an Authorization header");
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return invalid("the '[' of its host is not closed");
    WWS_TRY(url.host, parse_ipv6(text.substr(1, close - 1)));
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') return invalid("the host is followed by garbage");
  } else {
    const auto colon = text.find(':');
    WWS_TRY(url.host, parse_name(text.substr(0, colon)));
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  WWS_TRY(url.port, parse_port(port, url.secure ? 443 : 80));
  return {};
}

Result<std::string> parse_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto path = text.substr(0, text.find('?'));
  if (path.find('\\') != std::string_view::npos) return invalid("the path has a backslash");
  for (const char c : text)
    if (c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>')
      return invalid("the path or query has characters that must be percent-encoded");
  return path.empty() ? "/" + std::string(text) : std::string(text);
}

// The scheme of a reference, lower case, or nothing when it is relative.
std::optional<std::string> scheme_of(std::string_view text) {
  const auto colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':' || colon == 0 || !is_alpha(text[0]))
    return std::nullopt;
  return lower(text.substr(0, colon));
}

std::string encode_raw(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || c == ' ' || c == '"' || c == '<' || c == '>')
      out += fmt::format("%{:02X}", byte);
    else
      out += c;
  }
  return out;
}

// RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const auto parts = split(path.substr(1), '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    const bool up = parts[i] == "..";
    if (up && !kept.empty()) kept.pop_back();
    if (!up && parts[i] != ".")
      kept.push_back(parts[i]);
    else if (last)
      kept.push_back("");
  }
  return fmt::format("/{}", fmt::join(kept, "/"));
}

std::string merge(const Url& base, std::string_view reference) {
  const auto query_at = std::min(reference.find('?'), reference.size());
  const auto path = reference.substr(0, query_at);
  const auto query = reference.substr(query_at);
  const auto base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (reference.empty()) return base.target;
  if (path.empty()) return std::string(base_path) + std::string(query);
  const auto folder =
      path.front() == '/' ? std::string_view() : base_path.substr(0, base_path.rfind('/') + 1);
  return remove_dot_segments(std::string(folder) + std::string(path)) + std::string(query);
}

}  // namespace

std::string Url::to_string() const {
  const bool bracketed = host.find(':') != std::string::npos;
  auto text = fmt::format("{}://{}", secure ? "https" : "http",
                          bracketed ? fmt::format("[{}]", host) : host);
  if (port != (secure ? 443 : 80)) text += fmt::format(":{}", port);
  return text + target;
}

bool Url::same_origin(const Url& other) const noexcept {
  return secure == other.secure && host == other.host && port == other.port;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return invalid("it is over 64 KiB");
  const auto scheme = scheme_of(text);
  if (!scheme) return invalid("it must be absolute and begin with https:// or http://");
  if (*scheme != "https" && *scheme != "http")
    return invalid(fmt::format("the scheme '{}' is not http or https", *scheme));
  Url url;
  url.secure = *scheme == "https";
  text.remove_prefix(scheme->size() + 1);
  if (!text.starts_with("//")) return invalid("the scheme must be followed by //");
  text.remove_prefix(2);
  const auto end = std::min(text.find_first_of("/?#\\"), text.size());
  WWS_CHECK(parse_authority(text.substr(0, end), url));
  WWS_TRY(url.target, parse_target(text.substr(end)));
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  if (reference.size() > kMaxUrl) return invalid("it is over 64 KiB");
  reference = reference.substr(0, reference.find('#'));
  const auto encoded = encode_raw(reference);
  if (scheme_of(reference)) return parse_url(encoded);
  if (reference.starts_with("//")) return parse_url((base.secure ? "https:" : "http:") + encoded);
  Url url = base;
  WWS_TRY(url.target, parse_target(merge(base, encoded)));
  return url;
}

}  // namespace wws::bindings
