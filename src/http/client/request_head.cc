#include "http/client/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wws::http {
namespace {

// Fields that belong to the connection and not to the caller (RFC 9110 section 7.6.1). Expect is
// among them because nobody here waits for the 100.
constexpr std::array<std::string_view, 10> kOwnFields = {
    "Host", "Content-Length",   "Connection", "Transfer-Encoding", "Keep-Alive",
    "TE",   "Proxy-Connection", "Upgrade",    "Trailer",           "Expect"};

bool is_own(std::string_view name) {
  return std::any_of(kOwnFields.begin(), kOwnFields.end(),
                     [&](std::string_view own) { return equals_ignoring_case(own, name); });
}

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == ':';
  });
}

bool is_target(const ClientRequest& request) {
  if (request.target == "*") return request.method == "OPTIONS";
  if (!request.target.starts_with('/')) return false;
  return std::all_of(request.target.begin(), request.target.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

std::string authority(const ClientRequest& request) {
  const bool bracketed = request.host.find(':') != std::string::npos;
  auto text = bracketed ? fmt::format("[{}]", request.host) : request.host;
  if (request.port != (request.secure ? 443 : 80)) text += fmt::format(":{}", request.port);
  return text;
}

std::string framing(const ClientRequest& request) {
  if (request.body_source) {
    const auto length = request.body_source->length();
    return length ? fmt::format("Content-Length: {}\r\n", *length)
                  : std::string("Transfer-Encoding: chunked\r\n");
  }
  const bool expects_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.body.empty() && !expects_body) return {};
  return fmt::format("Content-Length: {}\r\n", request.body.size());
}

}  // namespace

Result<void> check_request(const ClientRequest& request) {
  if (!is_token(request.method) || request.method == "CONNECT")
    return fail(ErrorKind::Invalid, "the request's method cannot be sent: use GET, POST or alike");
  if (!is_host(request.host) || request.port == 0)
    return fail(ErrorKind::Invalid, "the request's host or port is not valid");
  if (!is_target(request))
    return fail(ErrorKind::Invalid,
                "the request's target must begin with '/' and be percent-encoded ASCII");
  for (const auto& header : request.headers) {
    if (!is_token(header.name))
      return fail(ErrorKind::Invalid, "the name of a request header is not a token");
    if (!is_field_value(header.value))
      return fail(ErrorKind::Invalid,
                  fmt::format("the request header '{}' has control characters", header.name));
  }
  return {};
}

std::string write_head(const ClientRequest& request) {
  auto text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.target,
                          authority(request));
  for (const auto& header : request.headers) {
    if (is_own(header.name)) continue;
    text += header.name;
    text += ": ";
    text += header.value;
    text += "\r\n";
  }
  text += framing(request);
  text += "\r\n";
  return text;
}

}  // namespace wws::http
