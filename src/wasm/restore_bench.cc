// What a lease costs: acquire, a call that dirties N pages, restore. The guest's own run of the
// same call without a restore is the floor to compare with.
#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>

#include "io/clock.h"
#include "observe/log.h"
#include "wasm/runtime.h"
#include "wasm/wat.h"

namespace wws::wasm {
namespace {

// Writes one word into each of `pages` pages, in runs of eight, in 8 MiB.
constexpr const char* kGuest = R"((module (memory (export "memory") 128)
  (func (export "touch") (param $pages i32) (local $page i32)
    (loop $next
      (i32.store
        (i32.mul (i32.const 4096)
          (i32.add (i32.and (local.get $page) (i32.const 7))
                   (i32.mul (i32.shr_u (local.get $page) (i32.const 3)) (i32.const 100))))
        (i32.const 1))
      (local.set $page (i32.add (local.get $page) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $page) (local.get $pages)))))
  (func (export "fill") (param $pages i32) (param $value i32) (local $page i32)
    (loop $next
      (i32.store (i32.mul (i32.const 8192) (local.get $page)) (local.get $value))
      (local.set $page (i32.add (local.get $page) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $page) (local.get $pages)))))
  (func (export "nothing"))))";

struct Bench {
  io::SystemClock clock;
  observe::MemoryLog log;
  std::unique_ptr<Runtime> runtime;
  boost::asio::io_context loop{1};
  std::unique_ptr<InstancePool> pool;
  std::shared_ptr<const Program> program;

  explicit Bench(RestoreMode mode, PoolOptions options = {}) {
    runtime = std::move(*make_runtime({.restore = mode}, clock, log));
    pool = runtime->make_pool(loop.get_executor(), options);
    program = *runtime->compile(as_bytes(*wat_to_wasm(kGuest)), {});
  }
  std::unique_ptr<Lease> lease() { return lease(program->base_image()); }
  std::unique_ptr<Lease> lease(const std::shared_ptr<const Image>& image) {
    return std::move(**pool->try_acquire(program, image));
  }
};

// Of the kept leases one in a thousand meets a tick and is dropped half-way: part of the figure.
void run(benchmark::State& state, RestoreMode mode) {
  Bench bench(mode);
  Value pages;
  pages.i32 = static_cast<std::int32_t>(state.range(0));
  for (auto _ : state) {
    auto lease = bench.lease();
    benchmark::DoNotOptimize(lease->try_call("touch", {&pages, 1}));
  }
}

// Calls in one lease, which is made anew when a tick ended its slice.
void calls(benchmark::State& state, std::string_view function, std::span<const Value> arguments) {
  Bench bench(RestoreMode::Auto);
  auto lease = bench.lease();
  for (auto _ : state) {
    const auto result = lease->try_call(function, arguments);
    if (result) continue;
    lease.reset();
    lease = bench.lease();
  }
}

void lease_kept(benchmark::State& state) { run(state, RestoreMode::Auto); }
void lease_fresh(benchmark::State& state) { run(state, RestoreMode::Fresh); }

void call_only(benchmark::State& state) {
  Value pages;
  pages.i32 = static_cast<std::int32_t>(state.range(0));
  calls(state, "touch", {&pages, 1});
}
void empty_call(benchmark::State& state) { calls(state, "nothing", {}); }

// Two images that differ in N pages each from the base take turns in one instance.
void lease_switch(benchmark::State& state) {
  Bench bench(RestoreMode::Auto, {.max_kept = 1});
  std::shared_ptr<const Image> images[2];
  for (std::int32_t i = 0; i < 2; ++i) {
    Value arguments[2];
    arguments[0].i32 = static_cast<std::int32_t>(state.range(0));
    arguments[1].i32 = i + 1;
    auto lease = bench.lease();
    if (!lease->try_call("fill", arguments)) return state.SkipWithError("a slice was too short");
    images[i] = *lease->snapshot();
    lease->mark_unclean();
  }
  std::size_t turn = 0;
  for (auto _ : state) benchmark::DoNotOptimize(bench.lease(images[++turn % 2]));
  if (bench.pool->stats().image_switches + 10 < static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("the instance was not switched");
}

void empty_lease(benchmark::State& state) {
  Bench bench(RestoreMode::Auto);
  for (auto _ : state) benchmark::DoNotOptimize(bench.lease());
}

BENCHMARK(empty_call);
BENCHMARK(empty_lease);
BENCHMARK(call_only)->Arg(40);
BENCHMARK(lease_kept)->Arg(1)->Arg(12)->Arg(40)->Arg(100);
BENCHMARK(lease_fresh)->Arg(40);
BENCHMARK(lease_switch)->Arg(20)->Arg(100);

}  // namespace
}  // namespace wws::wasm
