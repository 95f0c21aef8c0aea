#include "io/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/assert.h"

namespace wws::io {

void SystemRandom::fill(MutableByteView out) noexcept {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    WWS_ASSERT(got > 0, "getrandom failed");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void CountingRandom::fill(MutableByteView out) noexcept {
  for (auto& byte : out) byte = next_++;
}

}  // namespace wws::io
