// Host functions: what a guest may import. A table of plain function pointers, shared by all
// instances and so without state of its own; the state of a request is HostContext::user().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wasm/memory.h"

namespace wws::wasm {

// One WebAssembly number; which member holds is told by the function's type.
union Value {
  std::int32_t i32;
  std::int64_t i64;
  float f32;
  double f64;
  std::uint64_t raw = 0;
};

// What a host function sees of its caller. A borrow for the time of the call.
class HostContext {
 public:
  virtual ~HostContext() = default;
  // The object given to Lease::set_user for this request; nullptr when none was.
  [[nodiscard]] virtual void* user() const noexcept = 0;
  [[nodiscard]] virtual GuestMemory memory() noexcept = 0;
  // Calls a function that the guest exports (an allocator) from inside a host function. It counts
  // as the guest's own time: it yields to the loop after each slice, so the guest may be cancelled
  // meanwhile. At most one result. Memory views must be taken anew afterwards. Errors: NotFound (no
  // such export, or another type), GuestFault, TimedOut (CPU limit), what the call was cancelled
  // with.
  virtual Result<Value> call_guest(std::string_view exported, std::span<const Value> arguments) = 0;
};

// How a host function ends: it goes on, or the guest stops with an error. An Error ends the run:
// the instance is dropped and the caller of Lease::call sees exactly this error.
using HostResult = std::optional<Error>;

// `values` holds the arguments and receives the results from its front.
using HostCall = HostResult (*)(HostContext& context, std::span<Value> values);

// An operation that the guest waits for: the guest's fiber is suspended, the loop goes on.
class Operation {
 public:
  virtual ~Operation() = default;
  // Completes the call on the guest's stack, once the operation is done; see HostCall.
  virtual HostResult complete(HostContext& context, std::span<Value> results) = 0;
};
// Told when an operation is done; may be called from the loop's thread only.
class Waker {
 public:
  virtual ~Waker() = default;
  virtual void wake() noexcept = 0;
};
// Starts an operation. It must call `waker->wake()` once, later; the waker may outlive the guest,
// in which case waking does nothing. Returning an Error ends the run.
using SuspendingCall = Result<std::unique_ptr<Operation>> (*)(HostContext& context,
                                                              std::span<const Value> arguments,
                                                              std::shared_ptr<Waker> waker);

struct HostFunction {
  std::string module;
  std::string name;
  // Parameters and results: i = i32, I = i64, f = f32, F = f64. "ii:i" takes two i32, returns one.
  std::string type;
  HostCall call = nullptr;  // one of these two
  SuspendingCall suspending = nullptr;
};

using HostFunctions = std::vector<HostFunction>;

}  // namespace wws::wasm
