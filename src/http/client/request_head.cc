#include "http/client/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/blanks.h"

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

// How many bytes the body is announced to have; none where it is not or there is none.
std::optional<std::uint64_t> announced_length(const ClientRequest& request) {
  if (request.body_source) return request.body_source->length();
  const bool expects_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.body.empty() && !expects_body) return std::nullopt;
  return request.body.size();
}

std::string framing(const ClientRequest& request) {
  const auto length = announced_length(request);
  if (length) return fmt::format("Content-Length: {}\r\n", *length);
  return request.body_source ? "Transfer-Encoding: chunked\r\n" : "";
}

std::string lower_case(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Of what HTTP/1 has for a connection TE may stay, if it says no more than this (RFC 9113 section
// 8.2.2).
bool is_te_trailers(const Header& header) {
  return equals_ignoring_case(header.name, "TE") &&
         equals_ignoring_case(trim(header.value), "trailers");
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

Headers http2_fields(const ClientRequest& request) {
  Headers fields;
  fields.reserve(request.headers.size() + 5);
  fields.add(":method", request.method);
  fields.add(":scheme", request.secure ? "https" : "http");
  fields.add(":authority", authority(request));
  fields.add(":path", request.target);
  for (const auto& header : request.headers) {
    if (is_own(header.name) && !is_te_trailers(header)) continue;
    if (equals_ignoring_case(header.name, "HTTP2-Settings")) continue;
    fields.add(lower_case(header.name), std::string(trim(header.value)));
  }
  const auto length = announced_length(request);
  if (length) fields.add("content-length", std::to_string(*length));
  return fields;
}

bool is_idempotent(const ClientRequest& request) noexcept {
  static constexpr std::array<std::string_view, 6> kMethods = {"GET",   "HEAD", "OPTIONS",
                                                               "TRACE", "PUT",  "DELETE"};
  return std::ranges::find(kMethods, request.method) != kMethods.end();
}

bool has_body(const ClientRequest& request) noexcept {
  return request.body_source != nullptr || !request.body.empty();
}

}  // namespace wws::http
