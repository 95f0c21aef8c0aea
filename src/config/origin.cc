#include "config/origin.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace wws::config {
namespace {

bool is_host(std::string_view text) noexcept {
  const bool v6 = text.starts_with('[') && text.ends_with(']');
  if (v6) text = text.substr(1, text.size() - 2);
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    return plain || (v6 ? c == ':' : c == '-' || c == '_');
  });
}

bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
                  c == '.';
         });
}

// Where the port's ':' is, or the end.
std::size_t find_port(std::string_view authority) noexcept {
  const std::size_t closed = authority.find(']');
  const std::size_t from = closed == std::string_view::npos ? 0 : closed;
  return std::min(authority.find(':', from), authority.size());
}

}  // namespace

std::optional<std::string> parse_origin(std::string_view text) {
  if (text == "*") return "*";
  std::string origin(text);
  for (char& c : origin)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::size_t mark = origin.find("://");
  if (mark == std::string::npos) return std::nullopt;
  const std::string_view scheme = std::string_view(origin).substr(0, mark);
  const std::string_view authority = std::string_view(origin).substr(mark + 3);
  const std::size_t colon = find_port(authority);
  if (!is_scheme(scheme) || !is_host(authority.substr(0, colon))) return std::nullopt;
  if (colon == authority.size()) return origin;
  const std::string_view digits = authority.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  const bool implied = (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
  if (implied) origin.resize(origin.size() - 1 - digits.size());
  return origin;
}

}  // namespace wws::config
