#include "admin/access.h"

#include <boost/asio/ip/address.hpp>

namespace wws::admin {
namespace {

using boost::asio::ip::make_address;

// "[::1]:80" -> "::1", "localhost:80" -> "localhost".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
  }
  // More than one colon and no brackets: an IPv6 address alone.
  const auto colon = authority.find(':');
  if (colon != std::string_view::npos && authority.find(':', colon + 1) == std::string_view::npos)
    return authority.substr(0, colon);
  return authority;
}

bool is_address(std::string_view host) {
  boost::system::error_code error;
  make_address(std::string(host), error);
  return !error;
}

bool is_localhost(std::string_view host) {
  // RFC 6761 section 6.3: these names never leave the machine.
  return http::equals_ignoring_case(host, "localhost") || host.ends_with(".localhost");
}

bool is_reading(std::string_view method) { return method == "GET" || method == "HEAD"; }

bool is_json(const http::RequestHead& request) {
  std::string_view type = request.headers.find("content-type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return http::equals_ignoring_case(type, "application/json");
}

// Takes as long for a token that is nearly right as for one that is not.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return different == 0;
}

}  // namespace

Access::Access(std::string host, std::string token)
    : host_(host_of(host)), token_(std::move(token)) {}

std::optional<Denial> Access::check(const http::RequestHead& request, Surface surface) const {
  if (surface == Surface::Probe) return std::nullopt;
  // A page under a foreign name cannot know the token, so with one every name is fine.
  if (token_.empty() && !is_our_name(request.authority))
    return Denial{421, "this name is not the server's: use its address, or localhost"};
  if (surface == Surface::Page) return std::nullopt;
  // https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
  const auto site = request.headers.find("sec-fetch-site").value_or("none");
  if (site != "same-origin" && site != "none")
    return Denial{403, "pages of other origins may not use this"};
  const auto origin = request.headers.find("origin");
  if (origin && *origin != "http://" + request.authority &&
      *origin != "https://" + request.authority)
    return Denial{403, "pages of other origins may not use this"};
  if (!token_.empty() && !has_token(request))
    return Denial{401, "send the header `Authorization: Bearer TOKEN` with the admin token"};
  if (!is_reading(request.method) && !is_json(request)) return Denial{415, "send application/json"};
  return std::nullopt;
}

bool Access::is_our_name(std::string_view authority) const {
  const std::string_view host = host_of(authority);
  return is_address(host) || is_localhost(host) || http::equals_ignoring_case(host, host_);
}

bool Access::has_token(const http::RequestHead& request) const {
  const std::string_view given = request.headers.find("authorization").value_or("");
  constexpr std::string_view kScheme = "Bearer ";
  return http::equals_ignoring_case(given.substr(0, kScheme.size()), kScheme) &&
         equal_in_constant_time(given.substr(kScheme.size()), token_);
}

bool is_loopback(std::string_view host) {
  const std::string_view bare = host_of(host);
  boost::system::error_code error;
  const auto address = make_address(std::string(bare), error);
  return error ? is_localhost(bare) : address.is_loopback();
}

}  // namespace wws::admin
