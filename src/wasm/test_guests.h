// Guests in the text format and a runtime around them, for this room's tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "io/clock.h"
#include "observe/log.h"
#include "wasm/runtime.h"
#include "wasm/wat.h"

namespace wws::wasm::test {

// 32 pages of 64 KiB (512 of 4 KiB); everything a hostile guest may do to its own state.
inline constexpr const char* kScribbler = R"((module
  (memory (export "memory") 32 256)
  (global $sp (mut i32) (i32.const 65536))
  (global $counter (mut i64) (i64.const 7))
  (global $f (mut f64) (f64.const 1.5))
  (data (i32.const 1024) "the image's own bytes")
  (data (i32.const 70000) "and some more")
  (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "fill") (param i32 i32 i32)
    (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "scatter") (param $from i32) (param $to i32) (param $step i32) (param $value i32)
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $to)) (then
        (i32.store (local.get $from) (local.get $value))
        (local.set $from (i32.add (local.get $from) (local.get $step)))
        (br $next)))))
  (func (export "read_all") (result i32) (local $at i32) (local $sum i32)
    (loop $next
      (if (i32.lt_u (local.get $at) (i32.mul (memory.size) (i32.const 65536))) (then
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br $next))))
    (local.get $sum))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "set_globals") (param i32 i64 f64)
    (global.set $sp (local.get 0)) (global.set $counter (local.get 1)) (global.set $f (local.get 2)))
  (func (export "sp") (result i32) (global.get $sp))
  (func (export "counter") (result i64) (global.get $counter))
  (func (export "float") (result f64) (global.get $f))
  (func (export "count") (result i64)
    (global.set $counter (i64.add (global.get $counter) (i64.const 1))) (global.get $counter))
  (func $recurse (export "recurse") (param i32) (result i32)
    (global.set $sp (i32.sub (global.get $sp) (i32.const 16)))
    (i32.store (local.get 0) (i32.const 1))
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 4))) (i32.const 1)))
  (func (export "spin") (loop $again (br $again)))
  (func (export "spin_for") (param i64)
    (loop $again
      (local.set 0 (i64.sub (local.get 0) (i64.const 1)))
      (br_if $again (i64.ne (local.get 0) (i64.const 0)))))
  (func (export "trap_after_writing") (param i32)
    (memory.fill (i32.const 0) (local.get 0) (i32.const 131072))
    (global.set $sp (i32.const 1))
    unreachable)
  (func (export "nothing"))
))";

inline Value i32(std::int32_t value) {
  Value v;
  v.i32 = value;
  return v;
}
inline Value i64(std::int64_t value) {
  Value v;
  v.i64 = value;
  return v;
}
inline Value f64(double value) {
  Value v;
  v.f64 = value;
  return v;
}

struct Harness {
  io::SystemClock clock;
  observe::MemoryLog log;
  std::unique_ptr<Runtime> runtime;
  boost::asio::io_context loop{1};
  std::unique_ptr<InstancePool> pool;

  explicit Harness(RestoreMode mode, PoolOptions options = {},
                   std::chrono::milliseconds slice = RuntimeOptions{}.slice,
                   std::uint64_t guest_memory = 0) {
    auto made = make_runtime({.restore = mode,
                              .slice = slice,
                              .check_every_restore = true,
                              .guest_memory = guest_memory},
                             clock, log);
    EXPECT_TRUE(made.has_value()) << made.error().to_string();
    runtime = std::move(*made);
    pool = runtime->make_pool(loop.get_executor(), options);
  }

  std::shared_ptr<const Program> program(std::string_view text, const HostFunctions& imports = {}) {
    auto wasm = wat_to_wasm(text);
    if (!wasm) {
      ADD_FAILURE() << wasm.error().to_string();
      return nullptr;
    }
    auto program = runtime->compile(as_bytes(*wasm), imports);
    EXPECT_TRUE(program.has_value()) << program.error().to_string();
    return program ? *program : nullptr;
  }

  std::unique_ptr<Lease> lease(const std::shared_ptr<const Program>& program,
                               std::shared_ptr<const Image> image = nullptr) {
    auto lease = pool->try_acquire(program, image ? image : program->base_image());
    if (!lease || !*lease) {
      ADD_FAILURE() << (lease ? lease->error().to_string() : std::string("no room"));
      return nullptr;
    }
    return std::move(**lease);
  }

  // Runs a call to its end.
  Result<Value> call(Lease& lease, std::string_view function, std::vector<Value> arguments = {}) {
    std::optional<Result<Value>> result;
    boost::asio::co_spawn(loop,
                          call_into(lease, std::string(function), std::move(arguments), result),
                          boost::asio::detached);
    loop.restart();
    loop.run();
    return std::move(*result);
  }

  static Task<void> call_into(Lease& lease, std::string function, std::vector<Value> arguments,
                              std::optional<Result<Value>>& out) {
    out = co_await lease.call(function, arguments);
  }
};

}  // namespace wws::wasm::test
