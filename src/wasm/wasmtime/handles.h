// Owners of Wasmtime's C objects, and its errors as ours.
#pragma once

#include <wasmtime.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace wws::wasm {

template <auto Delete>
struct Deleter {
  template <typename T>
  void operator()(T* object) const noexcept {
    Delete(object);
  }
};

using ConfigHandle = std::unique_ptr<wasm_config_t, Deleter<wasm_config_delete>>;
using EngineHandle = std::unique_ptr<wasm_engine_t, Deleter<wasm_engine_delete>>;
using ModuleHandle = std::unique_ptr<wasmtime_module_t, Deleter<wasmtime_module_delete>>;
using LinkerHandle = std::unique_ptr<wasmtime_linker_t, Deleter<wasmtime_linker_delete>>;
using InstancePreHandle =
    std::unique_ptr<wasmtime_instance_pre_t, Deleter<wasmtime_instance_pre_delete>>;
using StoreHandle = std::unique_ptr<wasmtime_store_t, Deleter<wasmtime_store_delete>>;
using FutureHandle = std::unique_ptr<wasmtime_call_future_t, Deleter<wasmtime_call_future_delete>>;

// An owned vector of bytes.
class Bytes {
 public:
  Bytes() { wasm_byte_vec_new_empty(&bytes_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() { wasm_byte_vec_delete(&bytes_); }
  [[nodiscard]] wasm_byte_vec_t* out() noexcept { return &bytes_; }
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.data, bytes_.size}; }

 private:
  wasm_byte_vec_t bytes_;
};

// The message of an error or a trap, which they consume.
[[nodiscard]] std::string take_message(wasmtime_error_t* error);
[[nodiscard]] std::string take_message(wasm_trap_t* trap);

[[nodiscard]] inline std::string_view text_of(const wasm_name_t& name) noexcept {
  return {name.data, name.size};
}

}  // namespace wws::wasm
