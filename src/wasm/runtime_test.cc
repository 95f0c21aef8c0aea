#include "wasm/runtime.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wws::wasm {
namespace {

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

enum Outcome : int { kMade = 1, kExhausted = 2, kOther = 3, kMadeWithAWarning = 4 };

// What becomes of a runtime in a process that has `bytes` of addresses.
int outcome_with(rlim_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{bytes, bytes};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(kOther);
    const io::SystemClock clock;
    observe::MemoryLog log;
    const auto runtime = make_runtime({}, clock, log);
    const bool warned = log.contains("has addresses for");
    if (runtime) ::_exit(warned ? kMadeWithAWarning : kMade);
    ::_exit(runtime.error().kind() == ErrorKind::Exhausted ? kExhausted : kOther);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Runtime, TooFewAddressesAreAnErrorAndSomeAreEnough) {
  EXPECT_EQ(outcome_with(RLIM_INFINITY), kMade);
  EXPECT_EQ(outcome_with(rlim_t{1} << 40), kMadeWithAWarning);
  EXPECT_EQ(outcome_with(rlim_t{16} << 30), kExhausted);
}

#endif

}  // namespace
}  // namespace wws::wasm
