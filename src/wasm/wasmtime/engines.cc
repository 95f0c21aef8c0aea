#include "wasm/wasmtime/engines.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "wasm/wasmtime/extra.h"

namespace wws::wasm {
namespace {

#if defined(__x86_64__)
constexpr std::string_view kPortableTarget = "x86_64-unknown-linux-gnu";
// https://gitlab.com/x86-psABIs/x86-64-ABI: the level v3, as far as Cranelift knows its parts.
constexpr std::array kPortableFeatures = {"has_sse3",  "has_ssse3",  "has_cmpxchg16b", "has_sse41",
                                          "has_sse42", "has_popcnt", "has_avx",        "has_avx2",
                                          "has_bmi1",  "has_bmi2",   "has_fma",        "has_lzcnt"};
#elif defined(__aarch64__)
// Armv8.0-A: what every arm64 processor has.
constexpr std::string_view kPortableTarget = "aarch64-unknown-linux-gnu";
constexpr std::array<const char*, 0> kPortableFeatures = {};
#else
constexpr std::string_view kPortableTarget;
constexpr std::array<const char*, 0> kPortableFeatures = {};
#endif

// Addresses, not memory, that one pooled instance takes: its memory and the guard around it.
constexpr std::uint64_t kAddressesOfOne = (4ull << 30) + (64ull << 20);
constexpr std::uint32_t kFewestInstances = 16;

// As many instances as the process has addresses for, `wanted` at most; 0 when there are too few.
// Wasmtime itself would end the process: `ulimit -v`, an emulator or a sanitizer may leave little.
std::uint32_t fitting_instances(std::uint32_t wanted) {
  for (std::uint32_t count = wanted; count >= std::min(wanted, kFewestInstances); count /= 2) {
    const std::uint64_t size = count * kAddressesOfOne;
    void* const probe =
        ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (probe == MAP_FAILED) continue;
    ::munmap(probe, size);
    return count;
  }
  return 0;
}

std::unexpected<Error> too_few_addresses() {
  return fail(ErrorKind::Exhausted,
              "there are too few addresses for sandboxes, each of which reserves 4 GiB of them "
              "(not of memory): lift the process's limit (ulimit -v)");
}

std::unexpected<Error> no_engine() {
  return fail(ErrorKind::Unsupported, "Wasmtime cannot make an engine with our settings here");
}

}  // namespace

// What Wasmtime holds of a memory: freed by its finalizer, with the store.
struct Engines::OwnedMemory {
  Engines& engines;
  std::unique_ptr<LinearMemory> memory;
};

Result<std::unique_ptr<Engines>> Engines::create(const EngineOptions& options) {
  std::unique_ptr<Engines> engines(new Engines(options));
  engines->pooled_instances_ = fitting_instances(options.pooled_instances);
  if (engines->pooled_instances_ == 0) return too_few_addresses();
  engines->kept_.reset(wasm_engine_new_with_config(engines->kept_config().release()));
  if (!engines->kept_) return no_engine();
  engines->ticker_ =
      std::jthread([self = engines.get()](std::stop_token stop) { self->tick(stop); });
  return engines;
}

Result<wasm_engine_t*> Engines::get(EngineKind kind) {
  if (kind == EngineKind::Kept) return kept_.get();
  if (wasm_engine_t* const made = pooled_.load()) return made;
  const std::scoped_lock lock(pooled_mutex_);
  if (wasm_engine_t* const made = pooled_.load()) return made;
  return make_pooled();
}

// The addresses that were there at the start may have been taken since.
Result<wasm_engine_t*> Engines::make_pooled() {
  const std::uint32_t instances = fitting_instances(pooled_instances_);
  if (instances == 0) return too_few_addresses();
  pooled_owner_.reset(wasm_engine_new_with_config(pooled_config(instances).release()));
  if (!pooled_owner_) return no_engine();
  pooled_.store(pooled_owner_.get());
  return pooled_owner_.get();
}

Engines::~Engines() {
  ticker_.request_stop();
  wake_ticker();
}

void Engines::set_common(wasm_config_t* config) const {
  wasmtime_config_epoch_interruption_set(config, true);
  // Wasmtime counts what it calls fuel: one unit for nearly every instruction.
  if (options_.count_instructions) wasmtime_config_consume_fuel_set(config, true);
  wasmtime_config_max_wasm_stack_set(config, options_.guest_stack);
  // A host function may call the guest once more, which then has a full stack of its own.
  wasmtime_config_async_stack_size_set(config, 2 * options_.guest_stack + options_.host_stack);
  wasmtime_config_cranelift_opt_level_set(config, WASMTIME_OPT_LEVEL_SPEED);
#ifdef __SANITIZE_THREAD__
  // Wasmtime is not instrumented: what its own threads order looks like races.
  wasmtime_config_parallel_compilation_set(config, false);
#endif
}

ConfigHandle Engines::kept_config() {
  ConfigHandle config(wasm_config_new());
  set_common(config.get());
  // Images are ours: Wasmtime's own copy-on-write would need memories of its own.
  wasmtime_config_memory_init_cow_set(config.get(), false);
  wasmtime_config_memory_may_move_set(config.get(), false);
  wasmtime_memory_creator_t creator{this, &Engines::new_memory, nullptr};
  wasmtime_config_host_memory_creator_set(config.get(), &creator);
  return config;
}

ConfigHandle Engines::pooled_config(std::uint32_t count) const {
  using PoolingHandle = std::unique_ptr<wasmtime_pooling_allocation_config_t,
                                        Deleter<wasmtime_pooling_allocation_config_delete>>;
  ConfigHandle config(wasm_config_new());
  set_common(config.get());
  PoolingHandle pooling(wasmtime_pooling_allocation_config_new());
  wasmtime_pooling_allocation_config_total_memories_set(pooling.get(), count);
  wasmtime_pooling_allocation_config_total_tables_set(pooling.get(), count);
  wasmtime_pooling_allocation_config_total_core_instances_set(pooling.get(), count);
  wasmtime_pooling_allocation_config_total_stacks_set(pooling.get(), count);
  wasmtime_pooling_allocation_config_max_tables_per_module_set(pooling.get(), 8);
  wws_pooling_pagemap_scan_set(pooling.get(), false);
  wasmtime_pooling_allocation_strategy_set(config.get(), pooling.get());
  return config;
}

Result<EngineHandle> Engines::make_portable_engine() {
  if (kPortableTarget.empty())
    return fail(ErrorKind::Unsupported, "bundles are made for x86-64 and arm64 only");
  ConfigHandle config = kept_config();
  if (auto* error = wasmtime_config_target_set(config.get(), kPortableTarget.data()))
    return fail(ErrorKind::Unsupported, take_message(error));
  for (const char* feature : kPortableFeatures)
    wasmtime_config_cranelift_flag_enable(config.get(), feature);
  EngineHandle engine(wasm_engine_new_with_config(config.release()));
  if (!engine)
    return fail(ErrorKind::Unsupported,
                fmt::format("Wasmtime cannot compile for {}", kPortableTarget));
  return engine;
}

wasmtime_error_t* Engines::new_memory(void* self, const wasm_memorytype_t*, std::size_t minimum,
                                      std::size_t, std::size_t reserved, std::size_t guard,
                                      wasmtime_linear_memory_t* out) {
  auto& engines = *static_cast<Engines*>(self);
  auto memory = LinearMemory::reserve(minimum, reserved, guard);
  if (!memory) return wasmtime_error_new(memory.error().message().c_str());
  LinearMemory* raw = memory->get();
  {
    const std::scoped_lock lock(engines.memories_mutex_);
    engines.memories_.emplace(raw->base(), raw);
  }
  out->env = new OwnedMemory{engines, std::move(*memory)};
  out->get_memory = [](void* env, std::size_t* size, std::size_t* capacity) {
    const LinearMemory& owned = *static_cast<OwnedMemory*>(env)->memory;
    *size = owned.size();
    *capacity = owned.capacity();
    return owned.base();
  };
  out->grow_memory = [](void* env, std::size_t size) -> wasmtime_error_t* {
    if (static_cast<OwnedMemory*>(env)->memory->grow_to(size)) return nullptr;
    return wasmtime_error_new("the memory limit is reached");
  };
  out->finalizer = [](void* env) {
    const std::unique_ptr<OwnedMemory> owned(static_cast<OwnedMemory*>(env));
    owned->engines.forget(owned->memory->base());
  };
  return nullptr;
}

LinearMemory* Engines::find_memory(const std::uint8_t* base) {
  const std::scoped_lock lock(memories_mutex_);
  const auto found = memories_.find(base);
  return found == memories_.end() ? nullptr : found->second;
}

void Engines::forget(const std::uint8_t* base) {
  const std::scoped_lock lock(memories_mutex_);
  memories_.erase(base);
}

void Engines::wake_ticker() noexcept {
  const std::scoped_lock lock(ticker_mutex_);
  asleep_.store(false);
  ticker_wake_.notify_one();
}

void Engines::tick(std::stop_token stop) {
  constexpr int kIdleTicks = 50;
  int idle = 0;
  std::unique_lock lock(ticker_mutex_);
  while (!stop.stop_requested()) {
    ticker_wake_.wait_for(lock, stop, options_.slice / 2, [] { return false; });
    wasmtime_engine_increment_epoch(kept_.get());
    if (wasm_engine_t* const pooled = pooled_.load()) wasmtime_engine_increment_epoch(pooled);
    idle = running_.load() > 0 ? 0 : idle + 1;
    if (idle < kIdleTicks) continue;
    idle = 0;
    asleep_.store(true);
    // Looking again after the flag: a guest that entered before it was up did not see it.
    if (running_.load() > 0) asleep_.store(false);
    ticker_wake_.wait(lock, stop, [this] { return !asleep_.load(); });
  }
}

}  // namespace wws::wasm
