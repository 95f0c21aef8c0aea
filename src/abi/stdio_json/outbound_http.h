// OutboundHttp: how a worker's HTTP request leaves the server. The `http` import asks through it;
// the fetch binding implements it with the worker's policy. All on the loop's thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wws::abi::stdio_json {

struct OutboundRequest {
  std::string method;                                        // "GET"
  std::string uri;                                           // as the guest gave it: not checked
  std::vector<std::pair<std::string, std::string>> headers;  // not checked
  std::optional<std::string> body;
};
struct OutboundResponse {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // repeats are kept
  std::string body;
};

// The numbers are the guest's http-error enum.
enum class OutboundErrorKind : std::uint8_t {
  InvalidRequest = 0,
  InvalidRequestBody = 1,
  InvalidResponseBody = 2,
  NotAllowed = 3,
  InternalError = 4,
  Timeout = 5,
  RedirectLoop = 6,
};
struct OutboundError {
  OutboundErrorKind kind = OutboundErrorKind::InternalError;
  std::string message;
};
using OutboundResult = std::expected<OutboundResponse, OutboundError>;

// A request under way; destroying it cancels, and `done` is not called any more.
class OutboundCall {
 public:
  OutboundCall() = default;
  OutboundCall(const OutboundCall&) = delete;
  OutboundCall& operator=(const OutboundCall&) = delete;
  virtual ~OutboundCall() = default;
};

class OutboundHttp {
 public:
  OutboundHttp() = default;
  OutboundHttp(const OutboundHttp&) = delete;
  OutboundHttp& operator=(const OutboundHttp&) = delete;
  virtual ~OutboundHttp() = default;

  // Calls `done` once, later, never from inside start(); the call may be destroyed from within it.
  [[nodiscard]] virtual std::unique_ptr<OutboundCall> start(
      OutboundRequest request, std::function<void(OutboundResult)> done) = 0;
};

}  // namespace wws::abi::stdio_json
