#include "wasm/wasmtime/handles.h"

#include "wasm/wat.h"

namespace wws::wasm {

namespace {

// Wasmtime puts the reason below the backtrace, under "Caused by:"; people read it first.
std::string reason_first(const std::string& text) {
  constexpr std::string_view kCause = "\n\nCaused by:\n";
  const auto cause = text.find(kCause);
  const auto backtrace = text.find('\n');
  if (cause == std::string::npos || backtrace > cause) return text;
  std::string reason = text.substr(cause + kCause.size());
  reason.erase(0, reason.find_first_not_of(' '));
  reason.erase(reason.find_last_not_of(" \n") + 1);
  // Of the exception that the module threw Wasmtime says no more than that there is one.
  if (reason == "thrown Wasm exception") reason = "uncaught exception: nobody caught what it threw";
  return reason + text.substr(backtrace, cause - backtrace);
}

}  // namespace

std::string take_message(wasmtime_error_t* error) {
  Bytes message;
  wasmtime_error_message(error, message.out());
  wasmtime_error_delete(error);
  const std::string text(message.text());
  return text.starts_with("error while executing") ? reason_first(text) : text;
}

std::string take_message(wasm_trap_t* trap) {
  Bytes message;
  wasm_trap_message(trap, message.out());
  wasm_trap_delete(trap);
  std::string text(message.text());
  while (!text.empty() && (text.back() == '\0' || text.back() == '\n')) text.pop_back();
  return reason_first(text);
}

Result<std::string> wat_to_wasm(std::string_view text) {
  Bytes wasm;
  if (auto* error = wasmtime_wat2wasm(text.data(), text.size(), wasm.out()))
    return fail(ErrorKind::Invalid, take_message(error));
  return std::string(wasm.text());
}

}  // namespace wws::wasm
