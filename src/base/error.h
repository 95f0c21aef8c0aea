// Error: the one value that says what went wrong, for people and for code.
//
// `kind` tells the caller what it may do about it; `message` names the thing and the way out;
// `context` is added on the way up, outermost first when printed. Errors are plain values: copying
// is allowed, nothing is thrown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wws {

// What a caller may do about an error.
enum class ErrorKind : std::uint8_t {
  Invalid,      // the input is wrong: fix it
  NotFound,     // the thing does not exist
  Denied,       // a rule forbids it
  Exhausted,    // a limit was hit: back off, or raise the limit
  TimedOut,     // a deadline passed
  Gone,         // the peer left
  Unsupported,  // not available here: fall back
  GuestFault,   // the worker's doing
  Internal,     // ours
};

// The name of a kind in lower case with dashes ("guest-fault"); a static string.
[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  // The innermost text alone, without context.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  // "outer: inner: message".
  [[nodiscard]] std::string to_string() const;

  // Adds what was being done when the error came through; returns itself so that it chains.
  Error&& with_context(std::string what) &&;

 private:
  ErrorKind kind_;
  std::string message_;
  std::vector<std::string> context_;  // innermost first
};

}  // namespace wws
