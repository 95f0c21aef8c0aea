#include "http/h2/request_fields.h"

#include <llhttp.h>

#include <algorithm>
#include <charconv>

#include "http/authority.h"

namespace wws::http::h2 {
namespace {

// What a field counts beyond its bytes (RFC 9113 section 6.5.2).
constexpr std::uint64_t kFieldOverhead = 32;
// A client that goes on far past the bound gets no answer but the end of the connection.
constexpr std::uint64_t kFar = 4;

// The methods of HTTP/1 here: those that llhttp knows.
bool is_known_method(std::string_view method) noexcept {
#define WWS_METHOD(number, name, string) \
  if (method == #string) return true;
  HTTP_METHOD_MAP(WWS_METHOD)
#undef WWS_METHOD
  return false;
}

}  // namespace

void RequestFields::refuse(int status, std::string_view text) noexcept {
  if (!refusal_) refusal_ = Refusal{status, text};
}

bool RequestFields::far_too_large() const noexcept {
  return limits_.max_head_bytes != 0 && bytes_ > kFar * limits_.max_head_bytes;
}

void RequestFields::add(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (limits_.max_head_bytes != 0 && bytes_ > limits_.max_head_bytes)
    return refuse(431, "the header fields are too large");
  if (name.starts_with(':')) return add_pseudo(name, value);
  if (limits_.max_headers != 0 && ++count_ > limits_.max_headers)
    return refuse(431, "there are too many header fields");
  add_field(name, value);
}

void RequestFields::add_pseudo(std::string_view name, std::string_view value) {
  if (name == ":method") method_ = value;
  if (name == ":path") target_ = value;
  if (name == ":authority") authority_ = value;
  if (name == ":scheme") scheme_ = value;
}

void RequestFields::add_field(std::string_view name, std::string_view value) {
  if (!is_field_value(value)) return refuse(400, "a header field is malformed");
  if (name == "cookie") {
    // Split for compression, and one field to everybody else (section 8.2.3).
    if (!cookie_.empty()) cookie_ += "; ";
    cookie_ += value;
    return;
  }
  if (name == "host") {
    if (host_) return refuse(400, "there is more than one Host");
    host_ = value;
    return;
  }
  if (name == "content-length") {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error != std::errc() || end != value.data() + value.size() || length_)
      return refuse(400, "Content-Length is malformed, doubled or contradicted");
    length_ = length;
  }
  if (name == "expect") expects_continue_ = equals_ignoring_case(value, "100-continue");
  headers_.add(std::string(name), std::string(value));
}

// Origin form only, or the asterisk (section 8.3.1).
void RequestFields::check_target() {
  const bool legal = std::all_of(target_.begin(), target_.end(),
                                 [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (legal && target_.starts_with('/')) return;
  if (target_ == "*" && method_ == "OPTIONS") return;
  refuse(400, "the request target is malformed");
}

void RequestFields::settle_authority() {
  if (!is_authority(authority_) || (host_ && !is_authority(*host_)))
    return refuse(400, "the authority is malformed");
  if (!authority_.empty() && host_ && !equals_ignoring_case(authority_, *host_))
    return refuse(400, "Host and :authority contradict each other");
  if (authority_.empty() && host_) authority_ = std::move(*host_);
  if (authority_.empty()) refuse(400, "there is no authority");
}

std::optional<Refusal> RequestFields::finish(RequestHead& head) {
  if (!refusal_) {
    // An extended CONNECT (RFC 8441) is refused with the others: its SETTINGS are not offered.
    if (method_ == "CONNECT" || method_ == "TRACE") refuse(501, "this method is not served");
    if (!is_known_method(method_)) refuse(501, "this method is not known");
    if (scheme_ != "http" && scheme_ != "https") refuse(400, "the scheme is not http or https");
    settle_authority();
    check_target();
  }
  head.version_major = 2;
  head.version_minor = 0;
  head.method = std::move(method_);
  head.target = std::move(target_);
  if (refusal_) return refusal_;
  head.authority = std::move(authority_);
  // As HTTP/1 brings it: who reads the field need not know how the request came.
  head.headers.reserve(headers_.size() + 2);
  head.headers.add("host", head.authority);
  for (const Header& header : headers_) head.headers.add(header.name, header.value);
  if (!cookie_.empty()) head.headers.add("cookie", std::move(cookie_));
  return std::nullopt;
}

}  // namespace wws::http::h2
