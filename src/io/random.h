// Random: where unpredictable bytes come from. Passed in, never global. Thread-safe.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace wws::io {

class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  // Fills `out` with bytes fit for keys.
  virtual void fill(MutableByteView out) noexcept = 0;
};

// getrandom(2); aborts where the kernel has no entropy to give, because weak keys are worse.
class SystemRandom final : public Random {
 public:
  void fill(MutableByteView out) noexcept override;
};

// 0, 1, 2 ... for tests.
class CountingRandom final : public Random {
 public:
  void fill(MutableByteView out) noexcept override;

 private:
  std::uint8_t next_ = 0;
};

}  // namespace wws::io
