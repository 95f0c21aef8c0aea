#include <fmt/format.h>

#include <array>
#include <utility>

#include "observe/log.h"
#include "wasm/binary/module.h"
#include "wasm/binary/reader.h"

namespace wws::wasm::binary {
namespace {

constexpr std::size_t kMaxReasons = 16;

// What follows an opcode. Denied opcodes have no form: nothing after them is looked at.
enum class Form : std::uint8_t {
  Denied,
  Plain,
  Block,
  End,
  Index,
  TwoIndices,
  BranchTable,
  SelectTyped,
  Memory,
  MemoryByte,
  I32,
  I64,
  F32,
  F64,
  NullReference,
  Extended,
  Vector
};

// https://webassembly.github.io/spec/core/binary/instructions.html; what is not listed is denied.
constexpr std::array<Form, 256> make_forms() {
  std::array<Form, 256> forms{};
  const auto range = [&forms](int first, int last, Form form) {
    for (int opcode = first; opcode <= last; ++opcode)
      forms[static_cast<std::size_t>(opcode)] = form;
  };
  range(0x00, 0x01, Form::Plain);  // unreachable, nop
  range(0x02, 0x04, Form::Block);  // block, loop, if
  range(0x05, 0x05, Form::Plain);  // else
  range(0x0b, 0x0b, Form::End);
  range(0x0c, 0x0d, Form::Index);  // br, br_if
  range(0x0e, 0x0e, Form::BranchTable);
  range(0x0f, 0x0f, Form::Plain);       // return
  range(0x10, 0x10, Form::Index);       // call
  range(0x11, 0x11, Form::TwoIndices);  // call_indirect
  range(0x12, 0x12, Form::Index);       // return_call
  range(0x13, 0x13, Form::TwoIndices);  // return_call_indirect
  range(0x1a, 0x1b, Form::Plain);       // drop, select
  range(0x1c, 0x1c, Form::SelectTyped);
  range(0x20, 0x24, Form::Index);       // local.*, global.*
  range(0x25, 0x25, Form::Index);       // table.get
  range(0x28, 0x3e, Form::Memory);      // loads and stores
  range(0x3f, 0x40, Form::MemoryByte);  // memory.size, memory.grow
  range(0x41, 0x41, Form::I32);
  range(0x42, 0x42, Form::I64);
  range(0x43, 0x43, Form::F32);
  range(0x44, 0x44, Form::F64);
  range(0x45, 0xc4, Form::Plain);  // numbers
  range(0xd0, 0xd0, Form::NullReference);
  range(0xd1, 0xd1, Form::Plain);  // ref.is_null
  range(0xd2, 0xd2, Form::Index);  // ref.func
  range(0xfc, 0xfc, Form::Extended);
  range(0xfd, 0xfd, Form::Vector);
  return forms;
}
constexpr std::array<Form, 256> kForms = make_forms();

std::string denied_name(std::uint8_t opcode) {
  switch (opcode) {
    case 0x06:
    case 0x07:
    case 0x08:
    case 0x09:
    case 0x0a:
    case 0x18:
    case 0x19:
    case 0x1f: return "exceptions (they leave objects outside the memory)";
    case 0x14:
    case 0x15: return "call_ref (typed function references)";
    case 0x26: return "table.set (changes a table)";
    case 0xfb: return "GC objects (they live outside the memory)";
    case 0xfe: return "atomics (for shared memory)";
    default: return fmt::format("unknown opcode 0x{:02x}", opcode);
  }
}

std::string denied_extended_name(std::uint32_t opcode) {
  switch (opcode) {
    case 8: return "memory.init (depends on passive data)";
    case 9: return "data.drop (changes a data segment)";
    case 12: return "table.init (changes a table)";
    case 13: return "elem.drop (changes an element segment)";
    case 14: return "table.copy (changes a table)";
    case 15: return "table.grow (changes a table)";
    case 17: return "table.fill (changes a table)";
    default: return fmt::format("unknown opcode 0xfc {}", opcode);
  }
}

// Opcodes that no version of the vector instructions has.
constexpr bool is_vector_hole(std::uint32_t opcode) {
  switch (opcode) {
    case 154:
    case 162:
    case 165:
    case 166:
    case 175:
    case 176:
    case 178:
    case 179:
    case 180:
    case 187:
    case 194:
    case 197:
    case 198:
    case 207:
    case 208:
    case 210:
    case 211:
    case 212:
    case 226:
    case 238: return true;
    default: return opcode > 0x113;  // past the relaxed ones
  }
}

// Decodes one body to its end; the first thing that is not accepted becomes the reason.
class BodyCheck {
 public:
  explicit BodyCheck(ByteView body) : in_(body, 0) {}

  std::optional<std::string> run() {
    locals();
    while (in_.ok() && !reason_ && depth_ > 0) instruction();
    if (!reason_ && (!in_.ok() || !in_.at_end())) reason_ = "cannot be decoded";
    return std::move(reason_);
  }

 private:
  void uses(std::string what) {
    if (!reason_ && in_.ok()) reason_ = "uses " + std::move(what);
  }

  void locals() {
    const std::uint32_t groups = in_.u32();
    for (std::uint32_t i = 0; i < groups && in_.ok() && !reason_; ++i) {
      static_cast<void>(in_.u32());
      value_type(in_.u8());
    }
  }
  void value_type(std::uint8_t byte) {
    const bool known = (byte >= 0x7b && byte <= 0x7f) || byte == 0x70;
    if (!known) uses(byte == 0x6f ? "externref" : fmt::format("value type 0x{:02x}", byte));
  }

  void instruction() {
    const std::uint8_t opcode = in_.u8();
    switch (kForms[opcode]) {
      case Form::Denied: return uses(denied_name(opcode));
      case Form::Plain: return;
      case Form::Block: return block();
      case Form::End: --depth_; return;
      case Form::Index: return skip_indices(1);
      case Form::TwoIndices: return skip_indices(2);
      case Form::BranchTable: return branch_table();
      case Form::SelectTyped: return select_typed();
      case Form::Memory: return memory_argument();
      case Form::MemoryByte: return memory_byte();
      case Form::I32: static_cast<void>(in_.s32()); return;
      case Form::I64: static_cast<void>(in_.s64()); return;
      case Form::F32: static_cast<void>(in_.take(4)); return;
      case Form::F64: static_cast<void>(in_.take(8)); return;
      case Form::NullReference: return null_reference();
      case Form::Extended: return extended();
      case Form::Vector: return vector();
    }
  }

  void skip_indices(int count) {
    for (int i = 0; i < count; ++i) static_cast<void>(in_.u32());
  }
  void block() {
    ++depth_;
    const std::size_t before = in_.remaining();
    const std::int64_t type = in_.s33();
    if (type >= 0) return;
    // Negative: a value type in one byte, 0x40 for none.
    if (before - in_.remaining() != 1) return uses("an unknown block type");
    if ((type & 0x7f) != 0x40) value_type(static_cast<std::uint8_t>(type & 0x7f));
  }
  void branch_table() {
    const std::uint64_t count = std::uint64_t{in_.u32()} + 1;
    for (std::uint64_t i = 0; i < count && in_.ok(); ++i) static_cast<void>(in_.u32());
  }
  void select_typed() {
    if (in_.u32() != 1) return uses("select with more than one result");
    value_type(in_.u8());
  }
  void memory_argument() {
    if (in_.u32() >= 0x40) return uses("a second memory");
    static_cast<void>(in_.u32());
  }
  void memory_byte() {
    if (in_.u8() != 0) uses("a second memory");
  }
  void null_reference() {
    if (in_.u8() != 0x70) uses("externref or a GC type");
  }
  void extended() {
    const std::uint32_t opcode = in_.u32();
    if (opcode <= 7) return;  // saturating conversions
    if (opcode == 10) {       // memory.copy
      memory_byte();
      return memory_byte();
    }
    if (opcode == 11) return memory_byte();    // memory.fill
    if (opcode == 16) return skip_indices(1);  // table.size
    uses(denied_extended_name(opcode));
  }
  // Relaxed instructions too: what they compute may differ, but they keep no state.
  void vector() {
    const std::uint32_t opcode = in_.u32();
    if (is_vector_hole(opcode)) return uses(fmt::format("unknown opcode 0xfd {}", opcode));
    if (opcode <= 11 || opcode == 92 || opcode == 93) return memory_argument();
    if (opcode == 12 || opcode == 13)
      static_cast<void>(in_.take(16));
    else if (opcode >= 21 && opcode <= 34)
      static_cast<void>(in_.u8());
    else if (opcode >= 84 && opcode <= 91) {
      memory_argument();
      static_cast<void>(in_.u8());
    }
  }

  Reader in_;
  std::optional<std::string> reason_;
  std::uint64_t depth_ = 1;
};

class ModuleCheck {
 public:
  explicit ModuleCheck(const Module& module) : module_(module) {}

  std::vector<std::string> run() {
    imports();
    types();
    memories();
    tables();
    globals();
    exports();
    segments();
    if (module_.tags > 0) add("it has exception tags");
    if (module_.start)
      add("it has a start function, which runs before the host can take its image");
    bodies();
    return std::move(reasons_);
  }

 private:
  void add(std::string reason) {
    if (reasons_.size() < kMaxReasons) reasons_.push_back(std::move(reason));
  }
  static std::string shown(std::string_view name) {
    constexpr std::size_t kShown = 64;
    return observe::escape_for_log(name.substr(0, kShown)) + (name.size() > kShown ? "..." : "");
  }
  static bool is_number(ValueType type) {
    return type == ValueType::I32 || type == ValueType::I64 || type == ValueType::F32 ||
           type == ValueType::F64;
  }

  void imports() {
    constexpr std::array<std::string_view, 5> kKinds = {"function", "table", "memory", "global",
                                                        "tag"};
    for (const Import& import : module_.imports) {
      if (import.kind == ExternKind::Function) continue;
      add(fmt::format("it imports the {} {}.{} (only functions may be imported)",
                      kKinds[static_cast<std::size_t>(import.kind)], shown(import.module),
                      shown(import.name)));
    }
  }
  void types() {
    for (std::size_t i = 0; i < module_.types.size(); ++i) {
      const FunctionType& type = module_.types[i];
      for (const auto* list : {&type.parameters, &type.results})
        for (const ValueType one : *list)
          if (one == ValueType::ExternRef) return add(fmt::format("type {} uses externref", i));
    }
  }
  void memories() {
    if (module_.memories.size() != 1)
      return add(fmt::format("it defines {} memories (one is needed)", module_.memories.size()));
    if (module_.memories[0].shared) add("its memory is shared between threads");
    if (module_.memories[0].is_64) add("its memory is 64-bit");
  }
  void tables() {
    for (std::size_t i = 0; i < module_.tables.size(); ++i) {
      if (module_.tables[i].element != ValueType::FuncRef)
        add(fmt::format("table {} holds externref", i));
      if (module_.tables[i].limits.is_64) add(fmt::format("table {} is 64-bit", i));
    }
  }
  void globals() {
    const std::size_t imported = module_.imported[static_cast<std::size_t>(ExternKind::Global)];
    for (std::size_t i = 0; i < module_.globals.size(); ++i) {
      const Global& global = module_.globals[i];
      if (global.type.type == ValueType::ExternRef)
        add(fmt::format("global {} is an externref", imported + i));
      else if (global.type.mutability == Mutability::Constant)
        continue;
      else if (!is_number(global.type.type))
        add(fmt::format("global {} can change and is no number", imported + i));
      else if (!global.initial.bits)
        add(fmt::format("global {} can change and its first value is not known", imported + i));
    }
  }
  void exports() {
    for (const Export& one : module_.exports) {
      if (one.kind == ExternKind::Table)
        add(fmt::format("it exports the table '{}' (others could change it)", shown(one.name)));
      if (one.name.starts_with("wws:"))
        add(fmt::format("it exports '{}' (names with wws: are the host's)", shown(one.name)));
    }
  }
  void segments() {
    for (std::size_t i = 0; i < module_.elements.size(); ++i) {
      const ElementSegment& segment = module_.elements[i];
      if (segment.mode == SegmentMode::Passive)
        add(fmt::format("element segment {} is passive", i));
      if (segment.type != ValueType::FuncRef)
        add(fmt::format("element segment {} holds externref", i));
    }
    for (std::size_t i = 0; i < module_.data.size(); ++i) {
      const DataSegment& segment = module_.data[i];
      if (segment.mode == SegmentMode::Passive)
        add(fmt::format("data segment {} is passive", i));
      else if (!segment.offset.bits)
        add(fmt::format("the place of data segment {} is not known", i));
    }
  }
  void bodies() {
    const std::size_t imported = module_.imported[static_cast<std::size_t>(ExternKind::Function)];
    for (std::size_t i = 0; i < module_.bodies.size() && reasons_.size() < kMaxReasons; ++i) {
      const std::optional<std::string> reason = BodyCheck(module_.bodies[i]).run();
      if (reason) add(fmt::format("function {} {}", imported + i, *reason));
    }
  }

  const Module& module_;
  std::vector<std::string> reasons_;
};

}  // namespace

std::vector<std::string> reasons_not_provable(const Module& module) {
  return ModuleCheck(module).run();
}

}  // namespace wws::wasm::binary
