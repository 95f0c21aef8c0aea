#include "wasm/wasmtime/loaded_program.h"

#include <fmt/format.h>

#include <algorithm>

#include "wasm/wasmtime/trampolines.h"

namespace wws::wasm {
namespace {

std::optional<wasmtime_valkind_t> kind_of(char letter) {
  switch (letter) {
    case 'i': return WASMTIME_I32;
    case 'I': return WASMTIME_I64;
    case 'f': return WASMTIME_F32;
    case 'F': return WASMTIME_F64;
    default: return std::nullopt;
  }
}

std::optional<std::vector<wasmtime_valkind_t>> kinds_of(std::string_view letters) {
  std::vector<wasmtime_valkind_t> kinds;
  for (const char letter : letters) {
    const auto kind = kind_of(letter);
    if (!kind || kinds.size() == kMaxArguments) return std::nullopt;
    kinds.push_back(*kind);
  }
  return kinds;
}

// The letters of a function's type; '?' stands for what is no number.
std::string letters_of(const wasm_valtype_vec_t& types) {
  std::string letters;
  for (std::size_t i = 0; i < types.size; ++i) {
    switch (wasm_valtype_kind(types.data[i])) {
      case WASM_I32: letters += 'i'; break;
      case WASM_I64: letters += 'I'; break;
      case WASM_F32: letters += 'f'; break;
      case WASM_F64: letters += 'F'; break;
      default: letters += '?'; break;
    }
  }
  return letters;
}

std::string type_text(const wasm_functype_t& type) {
  return letters_of(*wasm_functype_params(&type)) + ":" + letters_of(*wasm_functype_results(&type));
}

struct ImportTypes {
  wasm_importtype_vec_t types{};
  ImportTypes() { wasm_importtype_vec_new_empty(&types); }
  ImportTypes(const ImportTypes&) = delete;
  ImportTypes& operator=(const ImportTypes&) = delete;
  ~ImportTypes() { wasm_importtype_vec_delete(&types); }
};
struct ExportTypes {
  wasm_exporttype_vec_t types{};
  ExportTypes() { wasm_exporttype_vec_new_empty(&types); }
  ExportTypes(const ExportTypes&) = delete;
  ExportTypes& operator=(const ExportTypes&) = delete;
  ~ExportTypes() { wasm_exporttype_vec_delete(&types); }
};

}  // namespace

std::optional<Signature> parse_signature(std::string_view type) {
  const std::size_t colon = type.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto parameters = kinds_of(type.substr(0, colon));
  auto results = kinds_of(type.substr(colon + 1));
  if (!parameters || !results) return std::nullopt;
  return Signature{std::move(*parameters), std::move(*results)};
}

Result<std::unique_ptr<LoadedProgram>> LoadedProgram::bind(Engines& engines, EngineKind kind,
                                                           ModuleHandle module,
                                                           const HostFunctions& imports) {
  std::unique_ptr<LoadedProgram> program(new LoadedProgram(engines, kind, std::move(module)));
  WWS_CHECK(program->bind_imports(imports));
  program->read_exports();
  return program;
}

Result<void> LoadedProgram::bind_imports(const HostFunctions& imports) {
  linker_.reset(wasmtime_linker_new(engine()));
  ImportTypes wanted;
  wasmtime_module_imports(module_.get(), &wanted.types);
  for (std::size_t i = 0; i < wanted.types.size; ++i)
    WWS_CHECK(bind_import(*wanted.types.data[i], imports));
  if (suspends_) WWS_CHECK(define_wait(linker_.get()));
  wasmtime_instance_pre_t* pre = nullptr;
  if (auto* error = wasmtime_linker_instantiate_pre(linker_.get(), module_.get(), &pre))
    return fail(ErrorKind::Invalid, take_message(error));
  pre_.reset(pre);
  return {};
}

Result<void> LoadedProgram::bind_import(const wasm_importtype_t& import,
                                        const HostFunctions& functions) {
  const std::string_view module = text_of(*wasm_importtype_module(&import));
  const std::string_view name = text_of(*wasm_importtype_name(&import));
  const wasm_externtype_t* type = wasm_importtype_type(&import);
  if (wasm_externtype_kind(type) != WASM_EXTERN_FUNC)
    return fail(
        ErrorKind::Invalid,
        fmt::format("it imports '{}' '{}', which is no function: workers can import functions "
                    "only; build it with its own memory and tables",
                    module, name));
  const wasm_functype_t* function_type = wasm_externtype_as_functype_const(type);
  const std::string text = type_text(*function_type);
  const auto found = std::find_if(functions.begin(), functions.end(), [&](const HostFunction& one) {
    return one.module == module && one.name == name;
  });
  if (found == functions.end())
    return fail(
        ErrorKind::Invalid,
        fmt::format("it imports the function '{}' '{}', which wws does not have", module, name));
  auto signature = parse_signature(found->type);
  if (found->type != text || !signature)
    return fail(
        ErrorKind::Invalid,
        fmt::format("it imports '{}' '{}' with the type {}, but that function has the type {}",
                    module, name, text, found->type));
  // A module may import one function twice.
  for (const auto& bound : imports_)
    if (bound->function.module == module && bound->function.name == name) return {};
  suspends_ = suspends_ || found->suspending != nullptr;
  imports_.push_back(std::make_unique<BoundImport>(BoundImport{*found, std::move(*signature)}));
  if (auto* error = wasmtime_linker_define_func_unchecked(
          linker_.get(), module.data(), module.size(), name.data(), name.size(), function_type,
          &call_host, imports_.back().get(), nullptr))
    return fail(ErrorKind::Internal, take_message(error));
  return {};
}

void LoadedProgram::read_exports() {
  ExportTypes exports;
  wasmtime_module_exports(module_.get(), &exports.types);
  for (std::size_t i = 0; i < exports.types.size; ++i) {
    const std::string name(text_of(*wasm_exporttype_name(exports.types.data[i])));
    const wasm_externtype_t* type = wasm_exporttype_type(exports.types.data[i]);
    if (wasm_externtype_kind(type) == WASM_EXTERN_MEMORY) {
      const bool better = name == "memory" || name == binary::kMemoryExport;
      if (memory_export_.empty() || better) memory_export_ = name;
      const auto pages = wasmtime_memorytype_minimum(wasm_externtype_as_memorytype_const(type));
      memory_bytes_ = std::max(memory_bytes_, pages * binary::kPageBytes);
    }
    if (wasm_externtype_kind(type) != WASM_EXTERN_FUNC) continue;
    auto signature = parse_signature(type_text(*wasm_externtype_as_functype_const(type)));
    if (signature && signature->results.size() <= 1) exports_.emplace(name, std::move(*signature));
  }
}

void LoadedProgram::set_kept(std::shared_ptr<const MemoryImage> base,
                             std::vector<ImageGlobal> globals) {
  base_ = std::move(base);
  globals_ = std::move(globals);
}

void LoadedProgram::set_fresh(std::string why) {
  base_ = std::make_shared<const MemoryImage>(nullptr, nullptr, std::vector<std::uint64_t>{});
  why_fresh_ = std::move(why);
}

const Signature* LoadedProgram::find_signature(std::string_view function) const noexcept {
  const auto found = exports_.find(function);
  return found == exports_.end() ? nullptr : &found->second;
}

}  // namespace wws::wasm
