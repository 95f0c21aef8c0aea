// FaultCount: the page faults of the calling thread, as the kernel counts them for getrusage(2).
//
// A page of a private file mapping becomes anonymous in one way only: somebody writes to it, and
// the kernel's fault handler makes the copy. Guests run on one thread, the host writes to their
// memory on that thread, huge pages are off there. So while the thread's count stands still no page
// of any of its guests became anonymous, and what the last page scan found is still all there is.
#pragma once

#include <cstdint>
#include <optional>
#include <thread>

#include "base/result.h"

namespace wws::wasm {

struct FaultMark {
  std::thread::id thread;
  std::uint64_t faults = 0;

  bool operator==(const FaultMark&) const = default;
};

class FaultCount {
 public:
  // `trusted`: whether test_fault_count() passed in this process.
  explicit FaultCount(bool trusted) noexcept : trusted_(trusted) {}

  // Nothing where the count is not to be relied on.
  [[nodiscard]] std::optional<FaultMark> now() noexcept;
  // The last answer of now(), which costs nothing.
  [[nodiscard]] const std::optional<FaultMark>& last() const noexcept { return last_; }

 private:
  bool trusted_;
  std::optional<FaultMark> last_;
};

// Whether each way in which a page becomes anonymous moves the count. Errors: Unsupported (kernels
// that do not count, or count in lumps); then every restore scans. Takes a fraction of a ms.
[[nodiscard]] Result<void> test_fault_count();

}  // namespace wws::wasm
