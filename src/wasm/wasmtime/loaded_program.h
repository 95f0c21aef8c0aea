// LoadedProgram: a compiled module with its imports bound; what instances are made from.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "wasm/binary/module.h"
#include "wasm/host_function.h"
#include "wasm/image.h"
#include "wasm/runtime.h"
#include "wasm/wasmtime/engines.h"
#include "wasm/wasmtime/handles.h"

namespace wws::wasm {

inline constexpr std::size_t kMaxArguments = 16;

// Numbers only: functions with other types in their signature cannot be called from here.
struct Signature {
  std::vector<wasmtime_valkind_t> parameters, results;
};
// "ii:i". Nothing for a text that is no signature or has more than kMaxArguments.
[[nodiscard]] std::optional<Signature> parse_signature(std::string_view type);

// A host function as the trampolines see it; lives as long as the program.
struct BoundImport {
  HostFunction function;
  Signature signature;
};

// One mutable global that is part of the image.
struct ImageGlobal {
  std::string export_name;
  wasmtime_valkind_t kind = WASMTIME_I32;
};

class LoadedProgram final : public Program {
 public:
  // `imports` by name; the callback is the one that instances install. Errors: Invalid, naming what
  // is missing or has another type.
  static Result<std::unique_ptr<LoadedProgram>> bind(Engines& engines, EngineKind kind,
                                                     ModuleHandle module,
                                                     const HostFunctions& imports);

  // Makes it a program of the kept kind, with its base. Before it is shared.
  void set_kept(std::shared_ptr<const MemoryImage> base, std::vector<ImageGlobal> globals);
  // Makes it one of the pooled kind.
  void set_fresh(std::string why);

  [[nodiscard]] const std::shared_ptr<const Image>& base_image() const noexcept override {
    return base_;
  }
  [[nodiscard]] bool kept() const noexcept override { return kind_ == EngineKind::Kept; }
  [[nodiscard]] const std::string& why_fresh() const noexcept override { return why_fresh_; }
  [[nodiscard]] bool has_export(std::string_view function) const noexcept override {
    return find_signature(function) != nullptr;
  }
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept override { return memory_bytes_; }

  // Of an exported function; nullptr when there is none that takes and returns numbers only.
  [[nodiscard]] const Signature* find_signature(std::string_view function) const noexcept;
  [[nodiscard]] Engines& engines() const noexcept { return engines_; }
  [[nodiscard]] wasm_engine_t* engine() const noexcept { return engines_.made(kind_); }
  [[nodiscard]] const wasmtime_module_t* module() const noexcept { return module_.get(); }
  [[nodiscard]] const wasmtime_instance_pre_t* pre() const noexcept { return pre_.get(); }
  [[nodiscard]] const wasmtime_linker_t* linker() const noexcept { return linker_.get(); }
  [[nodiscard]] const std::vector<ImageGlobal>& globals() const noexcept { return globals_; }
  [[nodiscard]] bool suspends() const noexcept { return suspends_; }
  // The name of the memory that host functions see; empty when the module exports none.
  [[nodiscard]] const std::string& memory_export() const noexcept { return memory_export_; }

 private:
  LoadedProgram(Engines& engines, EngineKind kind, ModuleHandle module)
      : engines_(engines), kind_(kind), module_(std::move(module)) {}
  Result<void> bind_imports(const HostFunctions& imports);
  Result<void> bind_import(const wasm_importtype_t& import, const HostFunctions& functions);
  void read_exports();

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  Engines& engines_;
  EngineKind kind_;
  ModuleHandle module_;
  std::vector<std::unique_ptr<BoundImport>> imports_;
  LinkerHandle linker_;
  InstancePreHandle pre_;
  std::unordered_map<std::string, Signature, Hash, std::equal_to<>> exports_;
  std::string memory_export_;
  std::uint64_t memory_bytes_ = 0;
  bool suspends_ = false;
  std::shared_ptr<const Image> base_;
  std::vector<ImageGlobal> globals_;
  std::string why_fresh_;
};

// The names under which every linker has the function that suspends its caller's fiber.
inline constexpr std::string_view kWaitModule = "wws", kWaitName = "wait";

}  // namespace wws::wasm
