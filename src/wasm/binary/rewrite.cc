#include <fmt/format.h>

#include <cstring>

#include "base/assert.h"
#include "wasm/binary/module.h"

namespace wws::wasm::binary {
namespace {

enum SectionId : std::uint8_t { kCustom = 0, kExport = 7, kStart = 8, kData = 11, kDataCount = 12 };

void put_u32(std::string& out, std::uint64_t value) {
  WWS_ASSERT(value <= 0xffffffff, "a length of a module that was parsed fits 32 bits");
  do {
    const auto low = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;
    out.push_back(static_cast<char>(value != 0 ? low | 0x80 : low));
  } while (value != 0);
}
void put_name(std::string& out, std::string_view name) {
  put_u32(out, name.size());
  out.append(name);
}
void put_section(std::string& out, std::uint8_t id, std::string_view content) {
  out.push_back(static_cast<char>(id));
  put_u32(out, content.size());
  out.append(content);
}
void put_export(std::string& out, std::string_view name, ExternKind kind, std::uint64_t index) {
  put_name(out, name);
  out.push_back(static_cast<char>(kind));
  put_u32(out, index);
}

std::string global_export_name(std::size_t ordinal) {
  return fmt::format("{}{}", kGlobalExportPrefix, ordinal);
}

std::string export_section(const Module& module) {
  std::string entries;
  std::size_t count = module.exports.size() + 1;
  for (const Export& one : module.exports) put_export(entries, one.name, one.kind, one.index);
  put_export(entries, kMemoryExport, ExternKind::Memory, 0);
  std::size_t ordinal = 0;
  for (std::size_t i = 0; i < module.globals.size(); ++i) {
    if (module.globals[i].type.mutability != Mutability::Variable) continue;
    put_export(entries, global_export_name(ordinal++), ExternKind::Global, i);
  }
  count += ordinal;
  std::string content;
  put_u32(content, count);
  return content + entries;
}

bool is_dropped(const Section& section) {
  switch (section.id) {
    case kCustom: return section.custom_name != "name";
    case kExport:
    case kStart:
    case kData:
    case kDataCount: return true;
    default: return false;
  }
}
// Whether the export section must stand before this one: all but custom sections that follow it.
bool follows_exports(const Section& section) { return section.id == 9 || section.id == 10; }

void assert_provable(const Module& module) {
  WWS_ASSERT(
      module.memories.size() == 1 && !module.start && module.imports.size() == module.imported[0],
      "only a provable module is kept");
}

}  // namespace

std::string rewrite_for_keeping(const Module& module) {
  assert_provable(module);
  std::string out(as_text(module.bytes.first(8)));
  out.reserve(module.bytes.size());
  const std::string exports = export_section(module);
  bool exported = false;
  bool named = false;
  const auto put_exports = [&] {
    if (!exported) put_section(out, kExport, exports);
    exported = true;
  };
  for (const Section& section : module.sections) {
    if (follows_exports(section)) put_exports();
    if (is_dropped(section) || section.id == kCustom) continue;
    put_section(out, section.id, as_text(section.content));
  }
  put_exports();
  // The specification wants one `name` section, after the data.
  for (const Section& section : module.sections) {
    if (is_dropped(section) || section.id != kCustom || named) continue;
    put_section(out, kCustom, as_text(section.content));
    named = true;
  }
  return out;
}

InitialState initial_state(const Module& module) {
  assert_provable(module);
  InitialState state;
  const Limits& memory = module.memories[0];
  state.memory_pages = static_cast<std::uint32_t>(memory.minimum);
  if (memory.maximum) state.max_pages = static_cast<std::uint32_t>(*memory.maximum);
  for (const Global& global : module.globals) {
    if (global.type.mutability != Mutability::Variable) continue;
    WWS_ASSERT(global.initial.bits.has_value(), "a provable module's globals have known values");
    state.globals.push_back(
        {global_export_name(state.globals.size()), global.type.type, *global.initial.bits});
  }
  return state;
}

Result<void> apply_data(const Module& module, MutableByteView memory) {
  for (std::size_t i = 0; i < module.data.size(); ++i) {
    const DataSegment& segment = module.data[i];
    if (segment.mode != SegmentMode::Active) continue;
    if (!segment.offset.bits)
      return fail(ErrorKind::Invalid, fmt::format("the place of data segment {} is not known", i));
    const std::uint64_t at = *segment.offset.bits;
    if (segment.bytes.size() > memory.size() || at > memory.size() - segment.bytes.size())
      return fail(
          ErrorKind::Invalid,
          fmt::format("data segment {} ({} bytes at {}) does not fit the memory of {} bytes", i,
                      segment.bytes.size(), at, memory.size()));
    if (!segment.bytes.empty())
      std::memcpy(memory.data() + at, segment.bytes.data(), segment.bytes.size());
  }
  return {};
}

}  // namespace wws::wasm::binary
