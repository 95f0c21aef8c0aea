// LogBudget: how much of a guest's text may go to the log for one request or one load. Past it one
// warning says that the rest is left out.
#pragma once

#include <cstddef>
#include <string>

#include "observe/log.h"

namespace wws::abi {

class LogBudget final {
 public:
  static constexpr std::size_t kBytes = 256 * 1024;

  // Whether `size` more bytes may be written.
  [[nodiscard]] bool take(std::size_t size, observe::Log& log, const std::string& worker) {
    if (used_ > kBytes) return false;
    // What a record costs beside its text.
    used_ += size + 64;
    if (used_ <= kBytes) return true;
    log.warn("this request logs too much: the rest is left out", {{"worker", worker}});
    return false;
  }

 private:
  std::size_t used_ = 0;
};

}  // namespace wws::abi
