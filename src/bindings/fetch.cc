#include "bindings/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bindings/address.h"

namespace wws::bindings {
namespace {

constexpr int kMaxRedirects = 20;
constexpr std::uint64_t kDrained = 16 * 1024;

// https://fetch.spec.whatwg.org/#port-blocking
constexpr std::array<std::uint16_t, 82> kBadPorts = {
    1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,
    42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,
    111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,  427,
    465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,  563,
    587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045, 4190,
    5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080};

std::unexpected<FetchError> refuse(FetchErrorKind kind, ErrorKind what, std::string text) {
  return std::unexpected<FetchError>(FetchError{kind, Error(what, std::move(text))});
}
std::unexpected<FetchError> not_allowed(std::string text) {
  return refuse(FetchErrorKind::NotAllowed, ErrorKind::Denied, std::move(text));
}

bool matches(std::string_view pattern, std::string_view host) {
  if (pattern == "*") return true;
  if (pattern.starts_with("*.")) {
    const auto suffix = pattern.substr(1);
    return host.size() > suffix.size() &&
           http::equals_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
  }
  if (pattern.starts_with('[') && pattern.ends_with(']'))
    pattern = pattern.substr(1, pattern.size() - 2);
  return http::equals_ignoring_case(pattern, host);
}

http::AddressFilter filter_for(const std::string& host, const FetchPolicy& policy) {
  if (policy.allow_private) return [](std::string_view) { return Result<void>{}; };
  return [host](std::string_view address) -> Result<void> {
    if (is_public_address(address)) return {};
    return fail(ErrorKind::Denied,
                fmt::format("The host '{}' is at the private address {}, which is not allowed for "
                            "this worker. You can set allow_private in the worker configuration",
                            host, address));
  };
}

FetchErrorKind class_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Invalid: return FetchErrorKind::InvalidRequest;
    case ErrorKind::Denied: return FetchErrorKind::NotAllowed;
    case ErrorKind::TimedOut: return FetchErrorKind::Timeout;
    default: return FetchErrorKind::Internal;
  }
}

// A response's body that ends with an error when it gets too long.
class BoundedBody final : public http::BodySource {
 public:
  BoundedBody(std::unique_ptr<http::ClientResponse> response, std::uint64_t bound)
      : response_(std::move(response)), bound_(bound) {}

  Task<Result<std::string>> read() override {
    if (!response_) co_return too_long();
    auto piece = co_await response_->read();
    if (!piece) co_return piece;
    read_ += piece->size();
    if (bound_ == 0 || read_ <= bound_) co_return piece;
    response_.reset();  // hangs up
    co_return too_long();
  }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override {
    return response_ ? response_->length() : std::nullopt;
  }

 private:
  [[nodiscard]] std::unexpected<Error> too_long() const {
    return fail(ErrorKind::Exhausted,
                fmt::format("The response is over the limit of {} bytes of this worker", bound_));
  }

  std::unique_ptr<http::ClientResponse> response_;
  std::uint64_t bound_;
  std::uint64_t read_ = 0;
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// https://fetch.spec.whatwg.org/#http-redirect-fetch steps 11 to 14.
FetchResult<void> redirect_request(FetchRequest& request, int status, const Url& from,
                                   const Url& to) {
  if (status != 303 && request.body_source)
    return refuse(FetchErrorKind::InvalidRequestBody, ErrorKind::Invalid,
                  fmt::format("The upstream redirects with {}, but a streamed body cannot be sent "
                              "again",
                              status));
  const bool post_becomes_get = (status == 301 || status == 302) && request.method == "POST";
  const bool other_becomes_get =
      status == 303 && request.method != "GET" && request.method != "HEAD";
  if (post_becomes_get || other_becomes_get) {
    request.method = "GET";
    request.body.clear();
    request.body_source.reset();
    for (const auto* name :
         {"Content-Encoding", "Content-Language", "Content-Location", "Content-Type"})
      request.headers.remove(name);
  }
  if (!from.same_origin(to))
    for (const auto* name : {"Authorization", "Cookie", "Proxy-Authorization"})
      request.headers.remove(name);
  return {};
}

// A short body is read so that its connection can serve the next hop.
Task<void> drain(http::ClientResponse& response) {
  if (!response.length() || *response.length() > kDrained) co_return;
  while (true) {
    const auto piece = co_await response.read();
    if (!piece || piece->empty()) co_return;
  }
}

FetchResult<FetchResponse> deliver(std::unique_ptr<http::ClientResponse> response, const Url& url,
                                   int hops, std::uint64_t bound) {
  const auto length = response->length();
  if (bound > 0 && length && *length > bound)
    return refuse(
        FetchErrorKind::InvalidResponseBody, ErrorKind::Exhausted,
        fmt::format("The response has {} bytes, over the limit of {} bytes of this worker", *length,
                    bound));
  FetchResponse result;
  result.head = response->head();
  result.url = url.to_string();
  result.redirected = hops > 0;
  result.body = std::make_unique<BoundedBody>(std::move(response), bound);
  return result;
}

FetchResult<Url> next_hop(const Url& url, std::string_view location) {
  auto next = resolve_url(url, location);
  if (next) return std::move(*next);
  return std::unexpected<FetchError>(
      FetchError{FetchErrorKind::InvalidRequest,
                 std::move(next).error().with_context("following a redirect")});
}

}  // namespace

std::string_view to_string(FetchErrorKind kind) noexcept {
  switch (kind) {
    case FetchErrorKind::InvalidRequest: return "Invalid Request";
    case FetchErrorKind::InvalidRequestBody: return "Invalid Request Body";
    case FetchErrorKind::InvalidResponseBody: return "Invalid Response Body";
    case FetchErrorKind::NotAllowed: return "Not allowed";
    case FetchErrorKind::Internal: return "Internal Error";
    case FetchErrorKind::Timeout: return "Request Timeout";
    case FetchErrorKind::RedirectLoop: return "Redirect Loop";
  }
  return "Internal Error";
}

FetchError body_error(Error error) {
  const auto kind = error.kind() == ErrorKind::TimedOut ? FetchErrorKind::Timeout
                                                        : FetchErrorKind::InvalidResponseBody;
  return FetchError{kind, std::move(error)};
}

FetchResult<void> judge(const Url& url, std::string_view method, const FetchPolicy& policy) {
  const auto& hosts = policy.allowed_hosts;
  if (std::none_of(hosts.begin(), hosts.end(),
                   [&](const std::string& pattern) { return matches(pattern, url.host); }))
    return not_allowed(
        fmt::format("The host '{}' is not allowed for this worker. Please, update "
                    "the worker configuration.",
                    url.host));
  if (!url.secure && !policy.allow_http)
    return not_allowed(
        "The URI must use HTTPS. You can allow http requests in the worker configuration");
  const auto& methods = policy.allowed_methods;
  if (std::find(methods.begin(), methods.end(), method) == methods.end())
    return not_allowed(fmt::format(
        "The method '{}' is not allowed for this worker. Please, update the configuration.",
        method));
  if (std::find(kBadPorts.begin(), kBadPorts.end(), url.port) != kBadPorts.end())
    return not_allowed(fmt::format(
        "The port {} is not allowed: it belongs to a protocol other than HTTP.", url.port));
  return {};
}

Task<FetchResult<Fetcher::Response>> Fetcher::send_hop(const FetchRequest& request, Url url,
                                                       const FetchPolicy& policy) {
  auto judged = judge(url, request.method, policy);
  if (!judged) co_return std::unexpected<FetchError>(std::move(judged).error());
  http::ClientRequest hop;
  hop.method = request.method;
  hop.secure = url.secure;
  hop.host = url.host;
  hop.port = url.port;
  hop.target = url.target;
  hop.headers = request.headers;
  hop.body = request.body;
  hop.body_source = request.body_source;
  hop.deadline = policy.deadline;
  auto filter = filter_for(url.host, policy);
  auto response = co_await client_.send(std::move(hop), std::move(filter));
  if (response) co_return std::move(*response);
  const auto kind = class_of(response.error().kind());
  co_return std::unexpected<FetchError>(FetchError{kind, std::move(response).error()});
}

Task<FetchResult<FetchResponse>> Fetcher::fetch(FetchRequest request, const FetchPolicy& policy) {
  auto parsed = parse_url(request.url);
  if (!parsed)
    co_return std::unexpected<FetchError>(
        FetchError{FetchErrorKind::InvalidRequest, std::move(parsed).error()});
  Url url = std::move(*parsed);
  for (int hops = 0; hops <= kMaxRedirects; ++hops) {
    auto sent = co_await send_hop(request, url, policy);
    if (!sent) co_return std::unexpected<FetchError>(std::move(sent).error());
    auto response = std::move(*sent);
    const auto location = response->head().headers.find("Location");
    const int status = response->head().status;
    if (!is_redirect(status) || !location || request.redirect == Redirect::Manual)
      co_return deliver(std::move(response), url, hops, policy.max_response_bytes);
    if (request.redirect == Redirect::Error)
      co_return refuse(FetchErrorKind::RedirectLoop, ErrorKind::Denied,
                       fmt::format("The upstream redirects with {}, but the request forbids "
                                   "redirects",
                                   status));
    auto next = next_hop(url, *location);
    if (!next) co_return std::unexpected<FetchError>(std::move(next).error());
    auto changed = redirect_request(request, status, url, *next);
    if (!changed) co_return std::unexpected<FetchError>(std::move(changed).error());
    url = std::move(*next);
    co_await drain(*response);
  }
  co_return refuse(FetchErrorKind::RedirectLoop, ErrorKind::Exhausted,
                   fmt::format("The upstream redirects more than {} times", kMaxRedirects));
}

}  // namespace wws::bindings
