#include "wasm/runtime.h"

#include <fmt/format.h>

#include "wasm/binary/module.h"
#include "wasm/kept_mode.h"
#include "wasm/module_cache.h"
#include "wasm/wasmtime/bundle.h"
#include "wasm/wasmtime/engines.h"
#include "wasm/wasmtime/loaded_program.h"
#include "wasm/wasmtime/pool.h"

namespace wws::wasm {
namespace {

std::string join(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, "; "));
}

wasmtime_valkind_t kind_of(binary::ValueType type) noexcept {
  switch (type) {
    case binary::ValueType::I32: return WASMTIME_I32;
    case binary::ValueType::F32: return WASMTIME_F32;
    case binary::ValueType::F64: return WASMTIME_F64;
    default: return WASMTIME_I64;
  }
}

// A module as its bytes say it: with the reasons against keeping it, none when it is proven.
struct Outline {
  std::optional<binary::Module> module;
  std::vector<std::string> reasons;
};

Result<Outline> outline_of(ByteView wasm) {
  auto module = binary::parse(wasm);
  if (!module && module.error().kind() != ErrorKind::Unsupported)
    return fail(std::move(module).error());
  if (!module) return Outline{std::nullopt, {module.error().message()}};
  auto reasons = binary::reasons_not_provable(*module);
  return Outline{std::move(*module), std::move(reasons)};
}

class RuntimeImpl final : public Runtime {
 public:
  RuntimeImpl(const RuntimeOptions& options, const io::Clock& clock, observe::Log& log)
      : options_(options), clock_(clock), log_(log) {}

  Result<void> start() {
    const auto wanted = options_.restore == RestoreMode::Auto ? KeptMode::Wanted::IfTheKernelAllows
                                                              : KeptMode::Wanted::No;
    WWS_TRY(kept_mode_, KeptMode::create(wanted, log_));
    if (options_.restore == RestoreMode::Auto && !kept_mode_->on())
      log_.warn(
          "sandboxes are not kept but made new for every request, which is slower and as safe",
          {{"why", kept_mode_->why_off()}});
    open_cache();
    const EngineOptions wanted_engines{.slice = options_.slice,
                                       .count_instructions = options_.count_instructions,
                                       .guest_memory = options_.guest_memory};
    WWS_TRY(engines_, Engines::create(wanted_engines));
    if (engines_->pooled_instances() < wanted_engines.pooled_instances)
      log_.warn(fmt::format("the process has addresses for {} new sandboxes at once only",
                            engines_->pooled_instances()),
                {{"hint", "lift its limit (ulimit -v)"}});
    return {};
  }

  Result<std::shared_ptr<const Program>> compile(ByteView wasm,
                                                 const HostFunctions& imports) override {
    WWS_TRY(const Outline outline, outline_of(wasm));
    if (outline.reasons.empty()) return compile_kept(*outline.module, imports);
    WWS_TRY(auto module, compile_module(EngineKind::Pooled, as_text(wasm)));
    WWS_TRY(auto program,
            LoadedProgram::bind(*engines_, EngineKind::Pooled, std::move(module), imports));
    program->set_fresh(join(outline.reasons));
    return std::shared_ptr<const Program>(std::move(program));
  }

  Result<std::shared_ptr<const Program>> load_bundle(ByteView bundle,
                                                     const HostFunctions& imports) override {
    WWS_TRY(Bundle parts, read_bundle(bundle));
    WWS_TRY(wasm_engine_t* const engine, engines_->get(EngineKind::Kept));
    wasmtime_module_t* raw = nullptr;
    if (auto* error =
            wasmtime_module_deserialize(engine, parts.code.data(), parts.code.size(), &raw))
      return fail(ErrorKind::Unsupported,
                  "the bundle was made for another processor or version: " + take_message(error));
    return bind_kept(
        ModuleHandle(raw), imports, parts.memory_bytes,
        [&parts](MutableByteView memory) { return parts.write_memory(memory); },
        std::move(parts.globals));
  }

  Result<std::string> bundle(ByteView wasm, const Program& program, const Image& image) override {
    WWS_TRY(const Outline outline, outline_of(wasm));
    if (!outline.reasons.empty())
      return fail(ErrorKind::Invalid, "the module cannot be kept: " + join(outline.reasons));
    const auto& loaded = static_cast<const LoadedProgram&>(program);
    const auto& base = static_cast<const MemoryImage&>(*loaded.base_image());
    const auto& memory = static_cast<const MemoryImage&>(image);
    if (!loaded.kept() || memory.base() != base.base())
      return fail(ErrorKind::Invalid, "the image belongs to another program");
    WWS_TRY(const EngineHandle portable, engines_->make_portable_engine());
    const std::string rewritten = binary::rewrite_for_keeping(*outline.module);
    WWS_TRY(const ModuleHandle module, compile_with(portable.get(), rewritten));
    WWS_TRY(const std::string code, serialize(*module));
    return write_bundle(code, memory, loaded.globals());
  }

  std::unique_ptr<InstancePool> make_pool(boost::asio::any_io_executor loop,
                                          PoolOptions options) override {
    const auto check = options_.check_every_restore ? CheckRestores::Every : CheckRestores::Sampled;
    return make_instance_pool(std::move(loop), options,
                              {clock_, log_, *kept_mode_, engines_->budget(), check});
  }

  [[nodiscard]] bool keeps_instances() const noexcept override {
    return kept_mode_->on() && !kept_mode_->forked();
  }
  [[nodiscard]] std::string why_not_kept() const override {
    if (kept_mode_->forked()) return "this process was forked from the one that made the runtime";
    return kept_mode_->why_off();
  }

 private:
  Result<std::shared_ptr<const Program>> compile_kept(const binary::Module& module,
                                                      const HostFunctions& imports) {
    const std::string rewritten = binary::rewrite_for_keeping(module);
    WWS_TRY(auto compiled, compile_module(EngineKind::Kept, rewritten));
    const binary::InitialState state = binary::initial_state(module);
    std::vector<BundleGlobal> globals;
    for (const binary::GlobalValue& global : state.globals)
      globals.push_back({{global.export_name, kind_of(global.type)}, global.bits});
    return bind_kept(
        std::move(compiled), imports, std::uint64_t{state.memory_pages} * binary::kPageBytes,
        [&module](MutableByteView memory) { return binary::apply_data(module, memory); },
        std::move(globals));
  }

  Result<std::shared_ptr<const Program>> bind_kept(
      ModuleHandle module, const HostFunctions& imports, std::uint64_t memory_bytes,
      const std::function<Result<void>(MutableByteView)>& fill, std::vector<BundleGlobal> globals) {
    WWS_TRY(auto program,
            LoadedProgram::bind(*engines_, EngineKind::Kept, std::move(module), imports));
    WWS_TRY(auto base, BaseMemory::create(memory_bytes, fill));
    std::vector<std::uint64_t> values;
    std::vector<ImageGlobal> names;
    for (BundleGlobal& global : globals) {
      values.push_back(global.bits);
      names.push_back(std::move(global.global));
    }
    program->set_kept(
        std::make_shared<const MemoryImage>(std::move(base), nullptr, std::move(values)),
        std::move(names));
    return std::shared_ptr<const Program>(std::move(program));
  }

  Result<ModuleHandle> compile_module(EngineKind kind, std::string_view wasm) {
    WWS_TRY(wasm_engine_t* const engine, engines_->get(kind));
    if (!cache_) return compile_with(engine, wasm);
    const std::string_view counts = options_.count_instructions ? "counts" : "";
    const std::string_view parts[] = {kEngineVersion, kind == EngineKind::Kept ? "kept" : "pooled",
                                      cpu_features_, counts, wasm};
    const Digest key = digest_of(parts);
    if (const auto cached = cache_->find(key)) {
      wasmtime_module_t* module = nullptr;
      auto* error = wasmtime_module_deserialize(
          engine, reinterpret_cast<const std::uint8_t*>(cached->data()), cached->size(), &module);
      if (error == nullptr) return ModuleHandle(module);
      log_.warn("a compiled module in the cache is not usable; compiling anew",
                {{"why", take_message(error)}});
    }
    WWS_TRY(auto module, compile_with(engine, wasm));
    WWS_TRY(const std::string code, serialize(*module));
    if (auto stored = cache_->store(key, code); !stored)
      log_.warn("a compiled module is not cached", {{"why", stored.error().to_string()}});
    return module;
  }

  // A service's user may have no folder to write to: that makes starts slower, not impossible.
  void open_cache() {
    if (options_.cache_folder.empty()) return;
    auto opened = ModuleCache::open(options_.cache_folder);
    if (opened)
      cache_ = *std::move(opened);
    else
      log_.warn("compiled modules are not kept on disk, so each start compiles them anew",
                {{"why", opened.error().to_string()}});
  }

  static Result<ModuleHandle> compile_with(wasm_engine_t* engine, std::string_view wasm) {
    wasmtime_module_t* module = nullptr;
    if (auto* error = wasmtime_module_new(
            engine, reinterpret_cast<const std::uint8_t*>(wasm.data()), wasm.size(), &module))
      return fail(ErrorKind::Invalid, "the module is not valid: " + take_message(error));
    return ModuleHandle(module);
  }

  static Result<std::string> serialize(const wasmtime_module_t& module) {
    Bytes code;
    if (auto* error = wasmtime_module_serialize(&module, code.out()))
      return fail(ErrorKind::Internal, take_message(error));
    return std::string(code.text());
  }

  RuntimeOptions options_;
  const io::Clock& clock_;
  observe::Log& log_;
  std::unique_ptr<KeptMode> kept_mode_;
  std::unique_ptr<ModuleCache> cache_;
  const std::string cpu_features_ = cpu_features();
  std::unique_ptr<Engines> engines_;
};

}  // namespace

Result<std::unique_ptr<Runtime>> make_runtime(const RuntimeOptions& options, const io::Clock& clock,
                                              observe::Log& log) {
  auto runtime = std::make_unique<RuntimeImpl>(options, clock, log);
  WWS_CHECK(runtime->start());
  return runtime;
}

}  // namespace wws::wasm
