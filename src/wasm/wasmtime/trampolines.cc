#include "wasm/wasmtime/trampolines.h"

#include "wasm/wasmtime/instance.h"

namespace wws::wasm {
namespace {

Instance& instance_of(wasmtime_caller_t* caller) noexcept {
  return *static_cast<Instance*>(wasmtime_context_get_data(wasmtime_caller_context(caller)));
}

void wait_for_operation(void*, wasmtime_caller_t* caller, const wasmtime_val_t*, std::size_t,
                        wasmtime_val_t*, std::size_t, wasm_trap_t**,
                        wasmtime_async_continuation_t* continuation) {
  continuation->env = &instance_of(caller);
  continuation->callback = [](void* instance) {
    return static_cast<const Instance*>(instance)->operation_done();
  };
  continuation->finalizer = nullptr;
}

}  // namespace

wasm_trap_t* call_host(void* import, wasmtime_caller_t* caller, wasmtime_val_raw_t* values,
                       std::size_t count) noexcept {
  return instance_of(caller).host_call(*static_cast<const BoundImport*>(import), values, count);
}

Result<void> define_wait(wasmtime_linker_t* linker) {
  const std::unique_ptr<wasm_functype_t, Deleter<wasm_functype_delete>> type(
      wasm_functype_new_0_0());
  if (auto* error = wasmtime_linker_define_async_func(
          linker, kWaitModule.data(), kWaitModule.size(), kWaitName.data(), kWaitName.size(),
          type.get(), &wait_for_operation, nullptr, nullptr))
    return fail(ErrorKind::Internal, take_message(error));
  return {};
}

}  // namespace wws::wasm
