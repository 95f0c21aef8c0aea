#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

#include "wasm/binary/module.h"
#include "wasm/binary/reader.h"

namespace wws::wasm::binary {
namespace {

// What engines accept of anything; keeps a Module's memory within bounds for any input.
constexpr std::uint32_t kMaxItems = 1'000'000;
constexpr std::uint64_t kMaxPages32 = 65536;
constexpr std::uint64_t kMaxPages64 = std::uint64_t{1} << 48;

constexpr std::string_view section_name(std::uint8_t id) {
  constexpr std::array<std::string_view, 14> kNames = {
      "custom", "type",  "import",  "function", "table", "memory",     "global",
      "export", "start", "element", "code",     "data",  "data count", "tag"};
  return id < kNames.size() ? kNames[id] : "unknown";
}

// The order that sections must have: tags stand before globals, the data count before the code.
constexpr int section_rank(std::uint8_t id) {
  constexpr std::array<int, 14> kRanks = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};
  return kRanks[id];
}

enum class LimitsOf : std::uint8_t { Table, Memory };

class Parser {
 public:
  explicit Parser(ByteView bytes) { module_.bytes = bytes; }

  Result<Module> run() {
    check_preamble();
    Reader in(module_.bytes, 0);
    static_cast<void>(in.take(8));
    while (good(in) && !in.at_end()) section(in);
    if (!error_ && !in.ok()) stop_at("a section is cut short", in);
    if (!error_) check_whole();
    if (error_) return fail(std::move(*error_));
    return std::move(module_);
  }

 private:
  // The first problem is the one reported; every loop ends on it.
  void stop(ErrorKind kind, std::string what) {
    if (error_) return;
    const std::string_view lead =
        kind == ErrorKind::Invalid ? "not a WebAssembly module: " : "unknown WebAssembly feature: ";
    error_.emplace(kind, std::string(lead) + what);
  }
  void invalid(std::string what) { stop(ErrorKind::Invalid, std::move(what)); }
  void unsupported(std::string what, const Reader& in) {
    stop(ErrorKind::Unsupported, fmt::format("{} (before byte {})", what, in.offset()));
  }
  void stop_at(std::string_view what, const Reader& in) {
    invalid(fmt::format("{} (at byte {})", what, in.offset()));
  }
  bool good(const Reader& in) const { return in.ok() && !error_; }

  void check_preamble() {
    constexpr std::string_view kCore("\0asm\1\0\0\0", 8);
    constexpr std::string_view kComponent("\0asm\x0d\0\1\0", 8);
    const std::string_view text = as_text(module_.bytes);
    if (text.starts_with(kCore)) return;
    if (text.starts_with(kComponent))
      return invalid("it is a component; build a core module instead (target wasm32-wasip1)");
    if (text.starts_with(std::string_view("\0asm", 4)))
      return invalid("its version is not 1; build a core module (target wasm32-wasip1)");
    if (text.starts_with("(module") || text.starts_with("(component"))
      return invalid("it is WebAssembly text; compile it first (wat2wasm)");
    invalid(text.empty() ? "the file is empty"
                         : "it does not begin with the bytes of one (\\0asm)");
  }

  void section(Reader& in) {
    const std::uint8_t id = in.u8();
    const std::uint32_t size = in.u32();
    const std::size_t origin = in.offset();
    const ByteView content = in.take(size);
    if (!in.ok()) return;
    if (id > 13) return unsupported(fmt::format("section {}", id), in);
    if (module_.sections.size() == kMaxItems) return invalid("it has too many sections");
    Reader body(content, origin);
    if (id == 0) return custom_section(content, body);
    if (section_rank(id) <= last_rank_)
      return stop_at(fmt::format("the {} section is out of order", section_name(id)), in);
    last_rank_ = section_rank(id);
    module_.sections.push_back({id, {}, content});
    known_section(id, body);
    if (error_) return;
    if (!body.ok())
      return stop_at(fmt::format("the {} section is cut short", section_name(id)), body);
    if (!body.at_end())
      stop_at(fmt::format("the {} section is longer than its content", section_name(id)), body);
  }

  void custom_section(ByteView content, Reader& in) {
    const std::string_view name = in.name();
    if (!in.ok()) return stop_at("the name of a custom section is cut short", in);
    module_.sections.push_back({0, name, content});
  }

  void known_section(std::uint8_t id, Reader& in) {
    switch (id) {
      case 1: return each(in, "types", [&] { type(in); });
      case 2: return each(in, "imports", [&] { import(in); });
      case 3: return each(in, "functions", [&] { module_.functions.push_back(type_index(in)); });
      case 4: return each(in, "tables", [&] { table(in); });
      case 5: return each(in, "memories", [&] { memory(in); });
      case 6: return each(in, "globals", [&] { global(in); });
      case 7: return each(in, "exports", [&] { export_(in); });
      case 8: return start(in);
      case 9: return each(in, "element segments", [&] { element(in); });
      case 10: return each(in, "function bodies", [&] { module_.bodies.push_back(in.prefixed()); });
      case 11: return each(in, "data segments", [&] { data(in); });
      case 12: data_count_ = in.u32(); return;
      default:
        return each(in, "tags", [&] {
          tag(in);
          ++module_.tags;
        });
    }
  }

  template <typename Read>
  void each(Reader& in, std::string_view what, const Read& read) {
    const std::uint32_t count = in.u32();
    if (count > kMaxItems)
      return invalid(fmt::format("it has {} {}; {} are too many", count, what, count));
    for (std::uint32_t i = 0; i < count && good(in); ++i) read();
  }

  void type(Reader& in) {
    const std::uint8_t form = in.u8();
    if (in.ok() && form != 0x60) return unsupported(fmt::format("type form 0x{:02x}", form), in);
    FunctionType type;
    type.parameters = value_types(in);
    type.results = value_types(in);
    module_.types.push_back(std::move(type));
  }
  std::vector<ValueType> value_types(Reader& in) {
    std::vector<ValueType> types;
    each(in, "parameters or results", [&] { types.push_back(value_type(in)); });
    return types;
  }
  ValueType value_type(Reader& in) {
    const std::uint8_t byte = in.u8();
    switch (byte) {
      case 0x7f:
      case 0x7e:
      case 0x7d:
      case 0x7c:
      case 0x7b:
      case 0x70:
      case 0x6f: break;
      default:
        if (in.ok()) unsupported(fmt::format("value type 0x{:02x}", byte), in);
        return ValueType::I32;
    }
    return static_cast<ValueType>(byte);
  }
  ValueType reference_type(Reader& in) {
    const ValueType type = value_type(in);
    if (good(in) && type != ValueType::FuncRef && type != ValueType::ExternRef)
      stop_at("a reference type was expected", in);
    return type;
  }
  std::uint32_t type_index(Reader& in) { return index(in, module_.types.size(), "type"); }
  std::uint32_t index(Reader& in, std::size_t count, std::string_view what) {
    const std::uint32_t value = in.u32();
    if (in.ok() && value >= count) stop_at(fmt::format("there is no {} {}", what, value), in);
    return value;
  }

  Limits limits(Reader& in, LimitsOf what) {
    const std::uint8_t flags = in.u8();
    const std::uint8_t known = what == LimitsOf::Memory ? 7 : 5;
    if ((flags & ~known) != 0) unsupported(fmt::format("limits with flags 0x{:02x}", flags), in);
    Limits limits;
    limits.shared = (flags & 2) != 0;
    limits.is_64 = (flags & 4) != 0;
    limits.minimum = limits.is_64 ? in.u64() : in.u32();
    if ((flags & 1) != 0) limits.maximum = limits.is_64 ? in.u64() : in.u32();
    if (good(in)) check_limits(in, limits, what);
    return limits;
  }
  void check_limits(const Reader& in, const Limits& limits, LimitsOf what) {
    const std::uint64_t most = limits.maximum.value_or(limits.minimum);
    if (limits.minimum > most) return stop_at("a minimum is above its maximum", in);
    if (limits.shared && !limits.maximum) return stop_at("a shared memory has no maximum", in);
    if (what == LimitsOf::Memory && most > (limits.is_64 ? kMaxPages64 : kMaxPages32))
      stop_at(fmt::format("a memory of {} pages is too large", most), in);
  }
  TableType table_type(Reader& in) {
    TableType type;
    type.element = reference_type(in);
    if (good(in)) type.limits = limits(in, LimitsOf::Table);
    return type;
  }
  GlobalType global_type(Reader& in) {
    GlobalType type;
    type.type = value_type(in);
    const std::uint8_t mutability = in.u8();
    if (mutability > 1) unsupported(fmt::format("global flags 0x{:02x}", mutability), in);
    if (mutability == 1) type.mutability = Mutability::Variable;
    return type;
  }

  void import(Reader& in) {
    Import import;
    import.module = in.name();
    import.name = in.name();
    const std::uint8_t kind = in.u8();
    if (!in.ok()) return;
    switch (kind) {
      case 0: import.type_index = type_index(in); break;
      case 1: import.table = table_type(in); break;
      case 2: import.memory = limits(in, LimitsOf::Memory); break;
      case 3: import.global = global_type(in); break;
      case 4: import.type_index = tag(in); break;
      default: return stop_at(fmt::format("an import of kind {}", kind), in);
    }
    import.kind = static_cast<ExternKind>(kind);
    ++module_.imported[kind];
    module_.imports.push_back(import);
  }
  std::uint32_t tag(Reader& in) {
    const std::uint8_t attribute = in.u8();
    if (attribute != 0) unsupported(fmt::format("tag attribute {}", attribute), in);
    return type_index(in);
  }
  void table(Reader& in) { module_.tables.push_back(table_type(in)); }
  void memory(Reader& in) { module_.memories.push_back(limits(in, LimitsOf::Memory)); }
  void global(Reader& in) {
    Global global;
    global.type = global_type(in);
    global.initial = constant(in);
    module_.globals.push_back(global);
  }
  void start(Reader& in) { module_.start = index(in, count_of(ExternKind::Function), "function"); }

  void export_(Reader& in) {
    Export one;
    one.name = in.name();
    const std::uint8_t kind = in.u8();
    if (!in.ok()) return;
    if (kind > 4) return stop_at(fmt::format("an export of kind {}", kind), in);
    one.kind = static_cast<ExternKind>(kind);
    one.index = index(in, count_of(one.kind), "thing to export with index");
    module_.exports.push_back(one);
  }
  std::size_t count_of(ExternKind kind) const {
    const std::size_t imported = module_.imported[static_cast<std::size_t>(kind)];
    switch (kind) {
      case ExternKind::Function: return imported + module_.functions.size();
      case ExternKind::Table: return imported + module_.tables.size();
      case ExternKind::Memory: return imported + module_.memories.size();
      case ExternKind::Global: return imported + module_.globals.size();
      case ExternKind::Tag: return imported + module_.tags;
    }
    return 0;
  }

  // https://webassembly.github.io/spec/core/binary/modules.html#element-section
  void element(Reader& in) {
    const std::uint32_t flags = in.u32();
    if (!in.ok()) return;
    if (flags > 7) return unsupported(fmt::format("element segment flags {}", flags), in);
    const bool active = (flags & 1) == 0;
    const bool expressions = (flags & 4) != 0;
    ElementSegment segment;
    if (!active) segment.mode = (flags & 2) != 0 ? SegmentMode::Declarative : SegmentMode::Passive;
    if (active && (flags & 2) != 0) segment.table = in.u32();
    if (active && good(in)) {
      if (segment.table >= count_of(ExternKind::Table))
        return stop_at("there is no such table", in);
      static_cast<void>(constant(in));
    }
    if ((flags & 3) != 0) element_kind(in, segment, expressions);
    each(in, "elements", [&] {
      if (expressions)
        static_cast<void>(constant(in));
      else
        static_cast<void>(index(in, count_of(ExternKind::Function), "function"));
      ++segment.count;
    });
    module_.elements.push_back(segment);
  }
  void element_kind(Reader& in, ElementSegment& segment, bool expressions) {
    if (!good(in)) return;
    if (expressions) {
      segment.type = reference_type(in);
    } else if (in.u8() != 0) {
      unsupported("element kind", in);
    }
  }

  void data(Reader& in) {
    const std::uint32_t flags = in.u32();
    if (!in.ok()) return;
    if (flags > 2) return unsupported(fmt::format("data segment flags {}", flags), in);
    DataSegment segment;
    if (flags == 1) segment.mode = SegmentMode::Passive;
    if (flags == 2) segment.memory = in.u32();
    if (flags != 1 && in.ok()) {
      if (segment.memory >= count_of(ExternKind::Memory))
        return stop_at("there is no such memory", in);
      segment.offset = constant(in);
    }
    if (!good(in)) return;
    segment.bytes = in.prefixed();
    module_.data.push_back(segment);
  }

  // https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions, with the
  // arithmetic of extended constant expressions.
  ConstantExpression constant(Reader& in) {
    std::vector<std::optional<std::uint64_t>> stack;
    while (good(in)) {
      const std::uint8_t opcode = in.u8();
      if (opcode == 0x0b) break;
      constant_instruction(in, opcode, stack);
    }
    if (!good(in)) return {};
    if (stack.size() != 1) stop_at("an initializer leaves no single value", in);
    return {stack.empty() ? std::nullopt : stack.back()};
  }
  using ConstantStack = std::vector<std::optional<std::uint64_t>>;
  void constant_instruction(Reader& in, std::uint8_t opcode, ConstantStack& stack) {
    switch (opcode) {
      case 0x41: return stack.push_back(static_cast<std::uint32_t>(in.s32()));
      case 0x42: return stack.push_back(static_cast<std::uint64_t>(in.s64()));
      case 0x43: return stack.push_back(in.fixed<std::uint32_t>());
      case 0x44: return stack.push_back(in.fixed<std::uint64_t>());
      case 0x23: return stack.push_back(constant_global(in));
      case 0xd0: static_cast<void>(reference_type(in)); return stack.push_back(std::nullopt);
      case 0xd2: return constant_function(in, stack);
      case 0x6a:
      case 0x6b:
      case 0x6c:
      case 0x7c:
      case 0x7d:
      case 0x7e: return constant_arithmetic(in, opcode, stack);
      case 0xfd:
        if (in.u32() != 12) return unsupported("initializer with a vector instruction", in);
        static_cast<void>(in.take(16));
        return stack.push_back(std::nullopt);
      default:
        if (in.ok()) unsupported(fmt::format("initializer with opcode 0x{:02x}", opcode), in);
    }
  }
  std::optional<std::uint64_t> constant_global(Reader& in) {
    const std::uint32_t at = index(in, count_of(ExternKind::Global), "global");
    const std::uint32_t imported = module_.imported[static_cast<std::size_t>(ExternKind::Global)];
    if (!good(in) || at < imported) return std::nullopt;
    const Global& global = module_.globals[at - imported];
    if (global.type.mutability == Mutability::Variable) return std::nullopt;
    return global.initial.bits;
  }
  // Globals come before the code in the file, so the number of functions is known by now.
  void constant_function(Reader& in, ConstantStack& stack) {
    static_cast<void>(index(in, count_of(ExternKind::Function), "function"));
    stack.push_back(std::nullopt);
  }
  void constant_arithmetic(Reader& in, std::uint8_t opcode, ConstantStack& stack) {
    if (stack.size() < 2) return stop_at("an initializer has too few operands", in);
    const std::optional<std::uint64_t> right = stack.back();
    stack.pop_back();
    std::optional<std::uint64_t>& left = stack.back();
    if (!left || !right) {
      left.reset();
      return;
    }
    const bool wide = opcode >= 0x7c;
    const int operation = opcode - (wide ? 0x7c : 0x6a);
    if (operation == 0)
      *left += *right;
    else if (operation == 1)
      *left -= *right;
    else
      *left *= *right;
    if (!wide) *left &= std::numeric_limits<std::uint32_t>::max();
  }

  void check_whole() {
    if (module_.functions.size() != module_.bodies.size())
      return invalid(fmt::format("it declares {} functions and has {} bodies",
                                 module_.functions.size(), module_.bodies.size()));
    if (data_count_ && *data_count_ != module_.data.size())
      invalid(fmt::format("it announces {} data segments and has {}", *data_count_,
                          module_.data.size()));
  }

  Module module_;
  std::optional<Error> error_;
  std::optional<std::uint32_t> data_count_;
  int last_rank_ = 0;
};

}  // namespace

Result<Module> parse(ByteView bytes) { return Parser(bytes).run(); }

std::string to_string(const FunctionType& type) {
  const auto letter = [](ValueType one) {
    switch (one) {
      case ValueType::I32: return 'i';
      case ValueType::I64: return 'I';
      case ValueType::F32: return 'f';
      case ValueType::F64: return 'F';
      case ValueType::V128: return 'v';
      case ValueType::FuncRef:
      case ValueType::ExternRef: return 'r';
    }
    return '?';
  };
  std::string text;
  for (const ValueType one : type.parameters) text += letter(one);
  text += ':';
  for (const ValueType one : type.results) text += letter(one);
  return text;
}

}  // namespace wws::wasm::binary
