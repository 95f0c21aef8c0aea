#include "wasm/runtime.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "wasm/wat.h"

namespace wws::wasm {
namespace {

// Instructions of a lease that counts to `rounds`.
std::uint64_t instructions(InstancePool& pool, const std::shared_ptr<const Program>& program,
                           std::int32_t rounds) {
  auto lease = pool.try_acquire(program, program->base_image());
  EXPECT_TRUE(lease && *lease);
  Value argument;
  argument.i32 = rounds;
  EXPECT_TRUE((**lease)->try_call("count", {&argument, 1}));
  return (**lease)->instructions();
}

TEST(Runtime, CountsInstructionsWhereItIsAsked) {
  const auto wasm = wat_to_wasm(R"((module (memory (export "memory") 1)
    (func (export "count") (param $left i32)
      (loop $next
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $next (local.get $left))))))");
  ASSERT_TRUE(wasm);
  const io::SystemClock clock;
  observe::MemoryLog log;
  for (const bool counts : {true, false}) {
    // A slice that no machine is too slow for.
    const auto runtime =
        make_runtime({.slice = std::chrono::seconds(60), .count_instructions = counts}, clock, log);
    ASSERT_TRUE(runtime);
    const auto program = (*runtime)->compile(as_bytes(*wasm), {});
    ASSERT_TRUE(program) << program.error().to_string();
    boost::asio::io_context loop(1);
    const auto pool = (*runtime)->make_pool(loop.get_executor(), {});
    const std::uint64_t ten = instructions(*pool, *program, 10);
    const std::uint64_t twenty = instructions(*pool, *program, 20);
    EXPECT_EQ(instructions(*pool, *program, 10), ten);
    EXPECT_EQ(ten > 0, counts);
    EXPECT_EQ(instructions(*pool, *program, 30) - twenty, twenty - ten);
  }
}

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
