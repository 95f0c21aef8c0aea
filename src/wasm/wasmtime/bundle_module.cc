#include "wasm/bundle_module.h"

#include <fmt/format.h>

#include "wasm/binary/module.h"
#include "wasm/wasmtime/bundle.h"
#include "wasm/wasmtime/engines.h"

namespace wws::wasm {
namespace {

wasmtime_valkind_t kind_of(binary::ValueType type) noexcept {
  switch (type) {
    case binary::ValueType::I32: return WASMTIME_I32;
    case binary::ValueType::F32: return WASMTIME_F32;
    case binary::ValueType::F64: return WASMTIME_F64;
    default: return WASMTIME_I64;
  }
}

Result<std::string> compile(std::string_view wasm) {
  WWS_TRY(const auto engines, Engines::create({}));
  WWS_TRY(const EngineHandle portable, engines->make_portable_engine());
  wasmtime_module_t* module = nullptr;
  if (auto* error = wasmtime_module_new(
          portable.get(), reinterpret_cast<const std::uint8_t*>(wasm.data()), wasm.size(), &module))
    return fail(ErrorKind::Invalid, "the module is not valid: " + take_message(error));
  const ModuleHandle compiled(module);
  Bytes code;
  if (auto* error = wasmtime_module_serialize(compiled.get(), code.out()))
    return fail(ErrorKind::Internal, take_message(error));
  return std::string(code.text());
}

}  // namespace

Result<std::string> bundle_module(ByteView wasm) {
  WWS_TRY(const binary::Module module, binary::parse(wasm));
  const auto reasons = binary::reasons_not_provable(module);
  if (!reasons.empty())
    return fail(ErrorKind::Invalid,
                fmt::format("the module cannot be kept: {}", fmt::join(reasons, "; ")));
  const binary::InitialState state = binary::initial_state(module);
  WWS_TRY(auto base, BaseMemory::create(std::uint64_t{state.memory_pages} * binary::kPageBytes,
                                        [&module](MutableByteView memory) {
                                          return binary::apply_data(module, memory);
                                        }));
  std::vector<ImageGlobal> globals;
  std::vector<std::uint64_t> values;
  for (const binary::GlobalValue& global : state.globals) {
    globals.push_back({global.export_name, kind_of(global.type)});
    values.push_back(global.bits);
  }
  WWS_TRY(const std::string code, compile(binary::rewrite_for_keeping(module)));
  return write_bundle(code, MemoryImage(std::move(base), nullptr, std::move(values)), globals);
}

}  // namespace wws::wasm
