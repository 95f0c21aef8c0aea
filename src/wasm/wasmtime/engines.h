// Engines: the two Wasmtime engines of a runtime and the thread that ticks their epochs.
//
// *kept* takes its memories from us (LinearMemory) so that they can be restored; *pooled* makes a
// new instance for every lease from Wasmtime's pooling allocator, with its own page scan off: that
// one misses swapped pages. It is made when the first program needs it, since a thousand stacks
// take longer than all else that a start needs of Wasmtime. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/result.h"
#include "wasm/linear_memory.h"
#include "wasm/memory_budget.h"
#include "wasm/wasmtime/handles.h"

namespace wws::wasm {

struct EngineOptions {
  std::chrono::nanoseconds slice{std::chrono::milliseconds(2)};
  // Native stack that guest code may use. Interpreters of languages recurse deep.
  std::size_t guest_stack = 4u << 20;
  // What host functions may use on top.
  std::size_t host_stack = 1u << 20;
  std::uint32_t pooled_instances = 1000;
  bool count_instructions = false;
  std::uint64_t guest_memory = 0;
};

enum class EngineKind : std::uint8_t { Kept, Pooled };

// The version of Wasmtime that this is built with: compiled code belongs to it.
inline constexpr std::string_view kEngineVersion = WASMTIME_VERSION;

class Engines {
 public:
  // Errors: Exhausted, the process has hardly any addresses; Unsupported.
  static Result<std::unique_ptr<Engines>> create(const EngineOptions& options);
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;
  ~Engines();

  // Errors, of the pooled one only: Exhausted, there are hardly any addresses left; Unsupported.
  [[nodiscard]] Result<wasm_engine_t*> get(EngineKind kind);
  // The engine that a program of this kind was compiled with.
  [[nodiscard]] wasm_engine_t* made(EngineKind kind) const noexcept {
    return kind == EngineKind::Kept ? kept_.get() : pooled_.load();
  }
  // Of all loops together: as many as the process has addresses for, those asked for at most.
  [[nodiscard]] std::uint32_t pooled_instances() const noexcept { return pooled_instances_; }
  // An engine that compiles for every processor of a kind instead of this machine's, else like the
  // kept one: x86-64-v3 or Armv8.0-A. Errors: Unsupported on other architectures.
  [[nodiscard]] Result<EngineHandle> make_portable_engine();

  [[nodiscard]] MemoryBudget& budget() noexcept { return budget_; }

  // The memory that the creator made at `base`; nullptr when it made none there.
  [[nodiscard]] LinearMemory* find_memory(const std::uint8_t* base);

  // Around every stay in a guest: epochs tick twice a slice while there is one, and stop soon
  // after.
  void guest_enters() noexcept {
    running_.fetch_add(1);
    if (asleep_.load()) [[unlikely]]
      wake_ticker();
  }
  void guest_leaves() noexcept { running_.fetch_sub(1); }
  [[nodiscard]] std::chrono::nanoseconds slice() const noexcept { return options_.slice; }
  [[nodiscard]] bool counts_instructions() const noexcept { return options_.count_instructions; }

 private:
  explicit Engines(const EngineOptions& options)
      : options_(options), budget_(options.guest_memory) {}
  [[nodiscard]] ConfigHandle kept_config();
  [[nodiscard]] ConfigHandle pooled_config(std::uint32_t instances) const;
  Result<wasm_engine_t*> make_pooled();
  void set_common(wasm_config_t* config) const;
  void tick(std::stop_token stop);
  void wake_ticker() noexcept;

  static wasmtime_error_t* new_memory(void* self, const wasm_memorytype_t* type,
                                      std::size_t minimum, std::size_t maximum,
                                      std::size_t reserved, std::size_t guard,
                                      wasmtime_linear_memory_t* out);

  struct OwnedMemory;
  void forget(const std::uint8_t* base);

  EngineOptions options_;
  MemoryBudget budget_;
  std::uint32_t pooled_instances_ = 0;
  EngineHandle kept_;
  std::mutex pooled_mutex_;
  EngineHandle pooled_owner_;
  std::atomic<wasm_engine_t*> pooled_{nullptr};  // null until it is made
  std::mutex memories_mutex_;
  std::unordered_map<const std::uint8_t*, LinearMemory*> memories_;

  std::atomic<std::int64_t> running_{0};
  std::atomic<bool> asleep_{false};
  std::mutex ticker_mutex_;
  std::condition_variable_any ticker_wake_;
  std::jthread ticker_;
};

}  // namespace wws::wasm
