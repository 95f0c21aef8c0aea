// DeveloperView: what whoever writes the workers sees of their failures, in development only. In
// production there is none: clients get the short pages of failure_page.h.
//
// Thread-safe; outlives the loops.
#pragma once

#include <string>
#include <string_view>

#include "abi/failure_page.h"
#include "abi/worker_identity.h"
#include "base/error.h"
#include "http/message.h"

namespace wws::abi {

// A borrow for the time of the call. Texts are the guest's.
struct FailureReport {
  ErrorKind kind;
  std::string_view message;
  std::string_view stack;    // lines below each other; may be empty
  std::string_view further;  // what else went wrong on the way, unhandled rejections; may be empty
  const WorkerIdentity& worker;
};

class DeveloperView {
 public:
  DeveloperView() = default;
  DeveloperView(const DeveloperView&) = delete;
  DeveloperView& operator=(const DeveloperView&) = delete;
  virtual ~DeveloperView() = default;

  // The answer to a request that failed, with the status that failure_page() gives.
  [[nodiscard]] virtual FailurePage page(const FailureReport& failure,
                                         const http::RequestHead& request) const = 0;
  // A failure that no answer tells of: the response was on its way, or complete.
  virtual void notice(const FailureReport& failure) = 0;
};

}  // namespace wws::abi
