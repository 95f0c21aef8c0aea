#include "server/cors.h"

#include <algorithm>

namespace wws::server {

Cors::Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {
  any_ = std::ranges::find(origins_, "*") != origins_.end();
}

bool Cors::allows(std::string_view origin) const noexcept {
  return any_ || std::ranges::find(origins_, origin) != origins_.end();
}

void Cors::apply(const http::RequestHead& request, http::Headers& response) const {
  if (!enabled() || response.contains("access-control-allow-origin")) return;
  if (any_) {
    response.add("access-control-allow-origin", "*");
    return;
  }
  // The answer differs by origin even where this one is not allowed: caches must know.
  if (!response.has_token("vary", "origin")) response.add("vary", "Origin");
  const auto origin = request.headers.find("origin");
  if (origin && allows(*origin)) response.add("access-control-allow-origin", std::string(*origin));
}

bool Cors::is_preflight(const http::RequestHead& request) {
  return request.method == "OPTIONS" && request.headers.contains("origin") &&
         request.headers.contains("access-control-request-method");
}

http::ResponseHead Cors::preflight(const http::RequestHead& request) const {
  http::ResponseHead head;
  head.status = 204;
  apply(request, head.headers);
  if (!head.headers.contains("access-control-allow-origin")) return head;
  std::string methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  // What a worker does with a method of its own is its affair.
  const auto method = request.headers.find("access-control-request-method").value_or("");
  if (http::is_token(method) && methods.find(method) == std::string::npos)
    methods.append(", ").append(method);
  head.headers.add("access-control-allow-methods", std::move(methods));
  if (const auto wanted = request.headers.find("access-control-request-headers"))
    head.headers.add("access-control-allow-headers", std::string(*wanted));
  head.headers.add("access-control-max-age", "600");
  return head;
}

}  // namespace wws::server
