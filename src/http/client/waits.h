// Waits: how long the parts of one request may be waited for.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "http/client/client.h"
#include "http/client/connection.h"

namespace wws::http {

struct Waits {
  ClientLimits limits;
  std::optional<TimePoint> deadline;  // of the whole request

  // None goes past it.
  [[nodiscard]] TimePoint end() const { return deadline.value_or(TimePoint::max()); }
  // From now; zero is without end.
  [[nodiscard]] TimePoint until(std::chrono::milliseconds wait) const {
    const auto at = wait.count() > 0 ? std::chrono::steady_clock::now() + wait : TimePoint::max();
    return std::min(at, end());
  }
};

}  // namespace wws::http
