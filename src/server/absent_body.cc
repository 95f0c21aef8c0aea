#include "server/absent_body.h"

#include <string>

namespace wws::server {
namespace {

// Whether If-None-Match has `tag` with its quotes and no W/ before it. A tag has no quotes inside,
// so that what is found is a whole one.
bool names_strong(std::span<const http::Header> request, std::string_view tag) noexcept {
  for (const http::Header& field : request) {
    if (!http::equals_ignoring_case(field.name, "if-none-match")) continue;
    const std::string_view list = field.value;
    for (auto at = list.find(tag); at != list.npos; at = list.find(tag, at + 1))
      if (!list.substr(0, at).ends_with("W/")) return true;
  }
  return false;
}

bool may_be_encoded(const http::ResponseHead& response) {
  http::RequestHead get;
  get.method = "GET";
  if (response.status != 304) return http::may_encode(get, response);
  http::ResponseHead whole;
  whole.headers = response.headers;
  if (!whole.headers.contains("content-type")) whole.headers.add("Content-Type", "text/plain");
  return http::may_encode(get, whole);
}

}  // namespace

bool is_without_body(const http::RequestHead& request,
                     const http::ResponseHead& response) noexcept {
  return request.method == "HEAD" || response.status == 304;
}

bool describe_absent_body(const http::RequestHead& request, http::ResponseHead& response,
                          std::optional<std::uint64_t> length, CodingTerms terms) {
  const bool not_modified = response.status == 304;
  const bool small = !not_modified && length && *length > 0 && *length < terms.least_bytes;
  if (small || !may_be_encoded(response)) return false;
  http::vary_by_coding(response.headers);
  const std::span<const http::Header> fields{request.headers.begin(), request.headers.end()};
  const http::Coding coding = http::choose_coding(fields, terms.offered);
  if (coding == http::Coding::Identity) return false;
  const auto tag = response.headers.find("etag");
  if (not_modified && (!tag || names_strong(fields, *tag))) return false;
  http::mark_encoded(response.headers, coding);
  // A 304 is of a body that the client has, and tells of it what identifies it.
  if (not_modified) response.headers.remove("Content-Encoding");
  return !not_modified;
}

}  // namespace wws::server
