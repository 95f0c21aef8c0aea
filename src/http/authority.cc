#include "http/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

namespace wws::http {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_port(std::string_view text) noexcept {
  if (text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  unsigned number = 0;
  for (const char c : text) number = number * 10 + static_cast<unsigned>(c - '0');
  return number <= 65'535;
}

bool is_address(int family, std::string_view text) {
  in6_addr address{};
  return inet_pton(family, std::string(text).c_str(), &address) == 1;
}

// A name whose last label is a number is an IPv4 address to a URL parser, or nothing
// (https://url.spec.whatwg.org/#ends-in-a-number-checker).
bool ends_in_a_number(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::string_view label = host.substr(host.rfind('.') + 1);
  return !label.empty() && is_digit(label.front()) &&
         (std::all_of(label.begin(), label.end(), is_digit) || label.starts_with("0x") ||
          label.starts_with("0X"));
}

bool is_name(std::string_view host) {
  static constexpr std::string_view kMarks = "-._~!$&'()*+,;=";
  const bool legal = std::all_of(host.begin(), host.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
  return legal && (!ends_in_a_number(host) || is_address(AF_INET, host));
}

std::size_t end_of_host(std::string_view authority) noexcept {
  const std::size_t bracket = authority.starts_with('[') ? authority.find(']') : 0;
  return std::min(authority.find(':', bracket), authority.size());
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.empty()) return true;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t end = end_of_host(text);
  if (end < text.size() && !is_port(text.substr(end + 1))) return false;
  const std::string_view host = text.substr(0, end);
  if (bracket == 0) return !host.empty() && is_name(host);
  return bracket + 1 == end && is_address(AF_INET6, host.substr(1, bracket - 1));
}

std::string_view host_of(std::string_view authority) noexcept {
  return authority.substr(0, end_of_host(authority));
}

void name_authority(RequestHead& head, std::string authority) {
  if (head.headers.find("host") != authority) head.headers.set("host", authority);
  head.authority = std::move(authority);
}

}  // namespace wws::http
