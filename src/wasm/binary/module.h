// Module: the outline of a core WebAssembly module, read from hostile bytes; and what keeping its
// instances needs: the proof that it has no state but its memory and numeric globals, a rewritten
// module whose state the host can reach, and that state as the module would start with it.
//
// Pure functions, no engine. A Module borrows the bytes it was parsed from: names, bodies and
// segments are views of them. Its memory is bounded by a small multiple of their number. Indices in
// it (types, functions, memories, globals of exports) are in range; function bodies are not decoded
// by parse() and nothing is type-checked: the engine validates what it compiles.
// https://webassembly.github.io/spec/core/binary/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace wws::wasm::binary {

inline constexpr std::uint32_t kPageBytes = 65536;

enum class ValueType : std::uint8_t {
  I32 = 0x7f,
  I64 = 0x7e,
  F32 = 0x7d,
  F64 = 0x7c,
  V128 = 0x7b,
  FuncRef = 0x70,
  ExternRef = 0x6f
};
enum class ExternKind : std::uint8_t { Function = 0, Table = 1, Memory = 2, Global = 3, Tag = 4 };
enum class Mutability : std::uint8_t { Constant = 0, Variable = 1 };
enum class SegmentMode : std::uint8_t { Active, Passive, Declarative };

struct FunctionType {
  std::vector<ValueType> parameters, results;
};
// The form of HostFunction::type, "ii:i"; v = v128, r = a reference.
[[nodiscard]] std::string to_string(const FunctionType& type);

struct Limits {
  std::uint64_t minimum = 0;
  std::optional<std::uint64_t> maximum;
  bool shared = false;
  bool is_64 = false;
};
struct TableType {
  ValueType element = ValueType::FuncRef;
  Limits limits;
};
struct GlobalType {
  ValueType type = ValueType::I32;
  Mutability mutability = Mutability::Constant;
};

// An initializer; `bits` when it is a number that follows from the module alone (i32 and f32 in the
// low half).
struct ConstantExpression {
  std::optional<std::uint64_t> bits;
};

struct Import {
  std::string_view module, name;
  ExternKind kind = ExternKind::Function;
  std::uint32_t type_index = 0;  // of functions and tags
  TableType table;               // of tables
  Limits memory;                 // of memories, in pages
  GlobalType global;             // of globals
};
struct Export {
  std::string_view name;
  ExternKind kind = ExternKind::Function;
  std::uint32_t index = 0;
};
struct Global {
  GlobalType type;
  ConstantExpression initial;
};
struct ElementSegment {
  SegmentMode mode = SegmentMode::Active;
  ValueType type = ValueType::FuncRef;
  std::uint32_t table = 0;
  std::uint32_t count = 0;
};
struct DataSegment {
  SegmentMode mode = SegmentMode::Active;
  std::uint32_t memory = 0;
  ConstantExpression offset;  // of active segments
  ByteView bytes;
};
struct Section {
  std::uint8_t id = 0;
  std::string_view custom_name;  // of custom sections (id 0)
  ByteView content;              // for custom sections with the name
};

// Tables, memories, globals and functions hold the defined ones; in the index spaces the imported
// ones come before them.
struct Module {
  ByteView bytes;
  std::vector<Section> sections;
  std::vector<FunctionType> types;
  std::vector<Import> imports;
  std::vector<std::uint32_t> functions;  // type indices
  std::vector<TableType> tables;
  std::vector<Limits> memories;
  std::vector<Global> globals;
  std::vector<Export> exports;
  std::optional<std::uint32_t> start;
  std::vector<ElementSegment> elements;
  std::vector<ByteView> bodies;  // one a function: locals and code
  std::vector<DataSegment> data;
  std::uint32_t tags = 0;
  // Imported ones of each kind, by ExternKind.
  std::uint32_t imported[5] = {};
};

// Errors: Invalid for what is no core module ("not a WebAssembly module: ...", components named as
// such); Unsupported for a construct this reader does not know (GC types), which an engine may.
[[nodiscard]] Result<Module> parse(ByteView bytes);

// Why instances of this module may not be kept; empty when they may. Denies by default: decodes
// every function body and accepts only what is known to leave no trace outside the memory and
// numeric globals. One text each, "function 12 uses table.set (changes a table)"; at most 16.
[[nodiscard]] std::vector<std::string> reasons_not_provable(const Module& module);

inline constexpr std::string_view kMemoryExport = "wws:memory";
inline constexpr std::string_view kGlobalExportPrefix = "wws:global:";  // and 0, 1, ...

// The same module without data segments (the image holds them) and custom sections but `name`, with
// its memory and mutable globals exported under the names above. No instruction changes. Only for a
// module that is provable.
[[nodiscard]] std::string rewrite_for_keeping(const Module& module);

struct GlobalValue {
  std::string export_name;  // in the rewritten module
  ValueType type = ValueType::I32;
  std::uint64_t bits = 0;
};
// What the rewritten module starts with, besides the memory's content.
struct InitialState {
  std::uint32_t memory_pages = 0;
  std::optional<std::uint32_t> max_pages;
  std::vector<GlobalValue> globals;  // the mutable ones
};
// Only for a module that is provable.
[[nodiscard]] InitialState initial_state(const Module& module);
// Writes the active data segments into a memory that holds zeros. Errors: Invalid, naming the
// segment, when one does not fit; earlier segments are written then, as the specification has it.
[[nodiscard]] Result<void> apply_data(const Module& module, MutableByteView memory);

}  // namespace wws::wasm::binary
