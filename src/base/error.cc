#include "base/error.h"

#include <utility>

namespace wws {

std::string_view to_string(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::Invalid: return "invalid";
    case ErrorKind::NotFound: return "not-found";
    case ErrorKind::Denied: return "denied";
    case ErrorKind::Exhausted: return "exhausted";
    case ErrorKind::TimedOut: return "timed-out";
    case ErrorKind::Gone: return "gone";
    case ErrorKind::Unsupported: return "unsupported";
    case ErrorKind::GuestFault: return "guest-fault";
    case ErrorKind::Internal: return "internal";
  }
  return "unknown";
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

std::string Error::to_string() const {
  std::string text;
  for (auto it = context_.rbegin(); it != context_.rend(); ++it) {
    text += *it;
    text += ": ";
  }
  text += message_;
  return text;
}

Error&& Error::with_context(std::string what) && {
  context_.push_back(std::move(what));
  return std::move(*this);
}

}  // namespace wws
