#include "abi/stdio_json/session.h"

#include <fmt/format.h>

#include <utility>

#include "abi/stdio_json/http_import.h"

namespace wws::abi::stdio_json {

Session::Session(wasi_p1::WasiOptions options, std::function<void(std::string_view)> error_line,
                 const io::Clock& clock, io::Random& random, wasi_p1::Timers& timers,
                 OutboundHttp* outbound)
    : wasi_(std::move(options), std::move(error_line), clock, random, timers),
      outbound_(outbound) {}

Result<JsonResponse> Session::finish(std::optional<Error> ended) {
  wasi_.flush_errors();
  const std::optional<std::uint32_t> code = wasi_.exit_code();
  if (code && *code != 0)
    return fail(ErrorKind::GuestFault, fmt::format("the worker exited with code {}", *code));
  if (!code && ended) return fail(std::move(*ended));
  return parse_response(wasi_.output());
}

Result<std::vector<std::string>> entry_points(
    const std::function<bool(std::string_view)>& has_export) {
  const bool is_command = has_export("_start");
  const bool is_reactor = has_export("_initialize");
  if (is_command && is_reactor)
    return fail(ErrorKind::Invalid,
                "the module exports both _start and _initialize: build a command or a reactor");
  std::vector<std::string> calls;
  if (is_command) calls.emplace_back("_start");
  if (is_reactor) calls.emplace_back("_initialize");
  if (!is_command && has_export("")) calls.emplace_back();
  return calls;
}

wasm::HostFunctions host_functions() {
  wasm::HostFunctions functions = wasi_p1::host_functions();
  functions.push_back(http_import());
  return functions;
}

}  // namespace wws::abi::stdio_json
