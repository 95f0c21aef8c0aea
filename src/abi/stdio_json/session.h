// Session: all that one request of a stdio worker has on the host's side. Made per request,
// borrowed by the lease as its user, gone with the response: nothing of it reaches the next
// request.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/stdio_json/document.h"
#include "abi/stdio_json/outbound_http.h"
#include "abi/wasi_p1/wasi.h"
#include "base/result.h"

namespace wws::abi::stdio_json {

class Session final : public wasi_p1::User {
 public:
  // `outbound` may be nullptr: then no HTTP request is allowed. It and the other references must
  // outlive the session.
  Session(wasi_p1::WasiOptions options, std::function<void(std::string_view)> error_line,
          const io::Clock& clock, io::Random& random, wasi_p1::Timers& timers,
          OutboundHttp* outbound);

  // For Lease::set_user.
  [[nodiscard]] void* as_user() noexcept { return static_cast<wasi_p1::User*>(this); }
  [[nodiscard]] wasi_p1::WasiState& wasi() noexcept override { return wasi_; }
  [[nodiscard]] OutboundHttp* outbound() noexcept { return outbound_; }

  // After the run, with the error that ended it, if one did: hands over what is left of stderr and
  // reads the response. proc_exit(0) is success. Errors: GuestFault for another exit code, `ended`,
  // Invalid for an output that is no response.
  [[nodiscard]] Result<JsonResponse> finish(std::optional<Error> ended);

 private:
  wasi_p1::WasiState wasi_;
  OutboundHttp* outbound_;
};

// The exports to call in order, for a command (`_start`), a reactor (`_initialize`, then the export
// without a name) or neither. An error ends the sequence. Errors: Invalid when it is both.
[[nodiscard]] Result<std::vector<std::string>> entry_points(
    const std::function<bool(std::string_view)>& has_export);

// Everything a stdio worker may import: WASI preview 1 and `http`.
[[nodiscard]] wasm::HostFunctions host_functions();

}  // namespace wws::abi::stdio_json
