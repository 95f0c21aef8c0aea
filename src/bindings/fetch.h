// Fetcher: outbound HTTP of workers, under the rules of the worker that asks.
//
// Every hop of a redirect is judged like the first request: host, scheme, method, port, and the
// numeric address that the name resolves to. One Fetcher serves one loop; policies are borrowed
// until fetch() has completed.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/url.h"
#include "http/client/client.h"

namespace wws::bindings {

// The classes of errors that guests know, in the order of the `http-error` enumeration of the
// `http` import.
enum class FetchErrorKind : std::uint8_t {
  InvalidRequest,
  InvalidRequestBody,
  InvalidResponseBody,
  NotAllowed,
  Internal,
  Timeout,
  RedirectLoop,
};

// "Invalid Request", "Not allowed" ...: as JavaScript workers see them in "[<class>] <message>".
[[nodiscard]] std::string_view to_string(FetchErrorKind kind) noexcept;

struct FetchError {
  FetchErrorKind kind;
  Error error;
};
template <typename T>
using FetchResult = std::expected<T, FetchError>;

// An error of FetchResponse::body's read(), in the guests' terms.
[[nodiscard]] FetchError body_error(Error error);

enum class Redirect : std::uint8_t { Follow, Error, Manual };

struct FetchRequest {
  std::string method = "GET";
  std::string url;
  http::Headers headers;
  std::string body;  // unless body_source is set
  // Read until the response's body has ended or is destroyed (http/client/client.h).
  std::shared_ptr<http::BodySource> body_source = nullptr;
  Redirect redirect = Redirect::Follow;
};

struct FetchPolicy {
  // Without port, case ignored: "api.example.com", "*.example.com" (what is below it) or "*".
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_methods = {"GET",    "POST", "PUT",    "PATCH",
                                              "DELETE", "HEAD", "OPTIONS"};
  bool allow_http = false;
  bool allow_private = false;            // also needed for "localhost" in allowed_hosts
  std::uint64_t max_response_bytes = 0;  // body; 0: none
  // Of the whole fetch, redirects and the body's reads included.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

struct FetchResponse {
  http::ResponseHead head;
  std::string url;  // of the last hop, without fragment
  bool redirected = false;
  std::unique_ptr<http::BodySource> body;  // Exhausted past max_response_bytes
};

class Fetcher final {
 public:
  // Borrows the client of its loop.
  explicit Fetcher(http::Client& client) : client_(client) {}
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher() = default;

  Task<FetchResult<FetchResponse>> fetch(FetchRequest request, const FetchPolicy& policy);

 private:
  using Response = std::unique_ptr<http::ClientResponse>;

  Task<FetchResult<Response>> send_hop(const FetchRequest& request, Url url,
                                       const FetchPolicy& policy);

  http::Client& client_;
};

// The rules that need no network, in the order of the original: host, scheme, method, then port.
// NotAllowed with the text that tells which.
[[nodiscard]] FetchResult<void> judge(const Url& url, std::string_view method,
                                      const FetchPolicy& policy);

}  // namespace wws::bindings
