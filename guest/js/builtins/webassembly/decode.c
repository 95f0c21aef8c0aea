/* https://webassembly.github.io/spec/core/binary/modules.html, and what of validation is not of
 * function bodies: https://webassembly.github.io/spec/core/valid/modules.html */
#include <stdio.h>
#include <stdlib.h>

#include "../encoding/utf8.h"
#include "decoder.h"

/* A module of more can only be there to fill the memory. */
enum { kMostItems = 1000000 };

static void* make_list(Decoder* decoder, uint32_t count, size_t size) {
  void* list = count <= kMostItems ? calloc(count + 1, size) : NULL;
  if (!list) wasm_bad(&decoder->reader, "too many items, or not enough memory");
  return list;
}

/* Begins a section that is a vector. */
#define READ_LIST(decoder, list, count)                    \
  do {                                                     \
    uint32_t count_ = wasm_read_count(&(decoder)->reader); \
    (list) = make_list(decoder, count_, sizeof *(list));   \
    (count) = (list) ? count_ : 0;                         \
  } while (0)

static WasmSpan read_name(Decoder* decoder) {
  uint32_t size = wasm_read_u32(&decoder->reader);
  WasmSpan name = wasm_read_bytes(&decoder->reader, size);
  if (wws_utf8_valid_prefix(name.at, name.size) != name.size) {
    wasm_bad(&decoder->reader, "malformed UTF-8 encoding");
  }
  return name;
}

/* ---- types */

static uint32_t read_types(Decoder* decoder, uint8_t** types) {
  uint32_t count;
  READ_LIST(decoder, *types, count);
  for (uint32_t i = 0; i < count; ++i) (*types)[i] = wasm_read_type(&decoder->reader);
  return count;
}

static void read_type_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  READ_LIST(decoder, module->types, module->type_count);
  for (uint32_t i = 0; i < module->type_count && !decoder->reader.bad; ++i) {
    if (wasm_read_byte(&decoder->reader) != 0x60) {
      wasm_bad(&decoder->reader, "only function types are supported here");
    }
    uint8_t *params = NULL, *results = NULL;
    uint32_t param_count = read_types(decoder, &params);
    uint32_t result_count = read_types(decoder, &results);
    if (param_count > 1000 || result_count > 1000) {
      wasm_bad(&decoder->reader, "more than 1000 parameters or results");
    }
    if (decoder->reader.bad) return;
    module->types[i] = wasm_type(params, param_count, results, result_count);
    free(params);
    free(results);
    if (!module->types[i]) wasm_bad(&decoder->reader, "not enough memory");
  }
}

static const WasmType* read_type_index(Decoder* decoder) {
  uint32_t index = wasm_read_u32(&decoder->reader);
  if (index < decoder->module->type_count) return decoder->module->types[index];
  wasm_bad(&decoder->reader, "unknown type");
  return NULL;
}

static WasmLimits read_limits(Decoder* decoder, uint32_t most) {
  WasmLimits limits = {0, UINT32_MAX, false, false, 0};
  uint8_t flags = wasm_read_byte(&decoder->reader);
  if (flags > 3) wasm_bad(&decoder->reader, "only limits of 32 bits are supported here");
  limits.bounded = flags & 1;
  limits.shared = flags & 2;
  limits.least = wasm_read_u32(&decoder->reader);
  if (limits.bounded) limits.most = wasm_read_u32(&decoder->reader);
  if (limits.least > most || (limits.bounded && limits.most > most)) {
    wasm_bad(&decoder->reader, "size is beyond the limit");
  } else if (limits.least > limits.most) {
    wasm_bad(&decoder->reader, "size minimum must not be greater than maximum");
  }
  return limits;
}

static WasmLimits read_table_type(Decoder* decoder) {
  uint8_t type = wasm_read_reference_type(&decoder->reader);
  WasmLimits limits = read_limits(decoder, UINT32_MAX);
  if (limits.shared) wasm_bad(&decoder->reader, "a table cannot be shared");
  limits.type = type;
  return limits;
}

static WasmLimits read_memory_type(Decoder* decoder) {
  WasmLimits limits = read_limits(decoder, WASM_MAX_PAGES);
  if (limits.shared) wasm_bad(&decoder->reader, "threads (shared memories) are not supported here");
  return limits;
}

static WasmGlobalType read_global_type(Decoder* decoder) {
  WasmGlobalType type = {wasm_read_type(&decoder->reader), false};
  uint8_t is_mutable = wasm_read_byte(&decoder->reader);
  if (is_mutable > 1) wasm_bad(&decoder->reader, "malformed mutability");
  type.is_mutable = is_mutable;
  return type;
}

/* ---- imports: the first of each index space */

static void read_import(Decoder* decoder, WasmImport* import) {
  WasmModule* module = decoder->module;
  import->module = read_name(decoder);
  import->name = read_name(decoder);
  import->kind = wasm_read_byte(&decoder->reader);
  switch (import->kind) {
    case WASM_KIND_FUNCTION:
      import->type = read_type_index(decoder);
      ++module->imported_functions;
      break;
    case WASM_KIND_TABLE:
      import->limits = read_table_type(decoder);
      ++module->imported_tables;
      break;
    case WASM_KIND_MEMORY:
      import->limits = read_memory_type(decoder);
      ++module->imported_memories;
      break;
    case WASM_KIND_GLOBAL:
      import->global = read_global_type(decoder);
      ++module->imported_globals;
      break;
    default: wasm_bad(&decoder->reader, "malformed import kind");
  }
}

static void read_import_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  READ_LIST(decoder, module->imports, module->import_count);
  for (uint32_t i = 0; i < module->import_count && !decoder->reader.bad; ++i) {
    read_import(decoder, &module->imports[i]);
  }
}

/* Makes an index space of `own` more entries than its imports; they are in front already. */
static void* make_space(Decoder* decoder, uint32_t imported, uint32_t own, uint32_t* count,
                        size_t size) {
  void* space = make_list(decoder, imported + own, size);
  *count = space ? imported + own : 0;
  return space;
}

static void place_imports(WasmModule* module) {
  uint32_t functions = 0, tables = 0, memories = 0, globals = 0;
  for (uint32_t i = 0; i < module->import_count; ++i) {
    const WasmImport* import = &module->imports[i];
    switch (import->kind) {
      case WASM_KIND_FUNCTION: module->functions[functions++].type = import->type; break;
      case WASM_KIND_TABLE: module->tables[tables++] = import->limits; break;
      case WASM_KIND_MEMORY: module->memories[memories++] = import->limits; break;
      default: module->globals[globals++].type = import->global;
    }
  }
}

/* How many of its own a section of the module declares; 0 when it is not there. */
typedef struct {
  WasmReader functions, tables, memories, globals;
} Sections;

static uint32_t count_of(Decoder* decoder, WasmReader* section) {
  if (!section->at) return 0;
  WasmReader peek = *section;
  uint32_t count = wasm_read_count(&peek);
  if (peek.bad) wasm_bad(&decoder->reader, peek.bad);
  return count;
}

/* All index spaces, before what refers to them is read. */
static void make_spaces(Decoder* decoder, Sections* sections) {
  WasmModule* module = decoder->module;
  uint32_t functions = count_of(decoder, &sections->functions);
  uint32_t tables = count_of(decoder, &sections->tables);
  uint32_t memories = count_of(decoder, &sections->memories);
  uint32_t globals = count_of(decoder, &sections->globals);
  module->functions = make_space(decoder, module->imported_functions, functions,
                                 &module->function_count, sizeof *module->functions);
  module->tables = make_space(decoder, module->imported_tables, tables, &module->table_count,
                              sizeof *module->tables);
  module->table_values =
      make_list(decoder, module->imported_tables + tables, sizeof *module->table_values);
  module->memories = make_space(decoder, module->imported_memories, memories, &module->memory_count,
                                sizeof *module->memories);
  module->globals = make_space(decoder, module->imported_globals, globals, &module->global_count,
                               sizeof *module->globals);
  module->declared = make_list(decoder, module->function_count, sizeof *module->declared);
  if (decoder->reader.bad) return;
  place_imports(module);
  if (module->memory_count > 1) wasm_bad(&decoder->reader, "multiple memories");
}

/* ---- the module's own */

static void read_function_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  wasm_read_count(&decoder->reader);
  for (uint32_t i = module->imported_functions; i < module->function_count; ++i) {
    module->functions[i].type = read_type_index(decoder);
  }
}

static void read_table_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  wasm_read_count(&decoder->reader);
  for (uint32_t i = module->imported_tables; i < module->table_count; ++i) {
    WasmReader* reader = &decoder->reader;
    bool has_value = wasm_left(reader) > 1 && reader->at[0] == 0x40 && reader->at[1] == 0;
    if (has_value) reader->at += 2;
    module->tables[i] = read_table_type(decoder);
    if (has_value) {
      module->table_values[i] =
          wasm_read_expression(decoder, module->tables[i].type, module->imported_globals);
    }
  }
}

static void read_memory_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  wasm_read_count(&decoder->reader);
  for (uint32_t i = module->imported_memories; i < module->memory_count; ++i) {
    module->memories[i] = read_memory_type(decoder);
  }
}

static void read_global_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  wasm_read_count(&decoder->reader);
  for (uint32_t i = module->imported_globals; i < module->global_count; ++i) {
    module->globals[i].type = read_global_type(decoder);
    module->globals[i].value = wasm_read_expression(decoder, module->globals[i].type.type, i);
  }
}

static bool same_name(WasmSpan a, WasmSpan b) {
  return a.size == b.size && memcmp(a.at, b.at, a.size) == 0;
}

static int compare_exports(const void* a, const void* b) {
  const WasmSpan *x = &((const WasmExport*)a)->name, *y = &((const WasmExport*)b)->name;
  if (x->size != y->size) return x->size < y->size ? -1 : 1;
  return memcmp(x->at, y->at, x->size);
}

static void check_export_names(Decoder* decoder) {
  const WasmModule* module = decoder->module;
  WasmExport* sorted = make_list(decoder, module->export_count, sizeof *sorted);
  if (!sorted) return;
  memcpy(sorted, module->exports, module->export_count * sizeof *sorted);
  qsort(sorted, module->export_count, sizeof *sorted, compare_exports);
  for (uint32_t i = 1; i < module->export_count; ++i) {
    if (same_name(sorted[i - 1].name, sorted[i].name)) {
      wasm_bad(&decoder->reader, "duplicate export name");
    }
  }
  free(sorted);
}

static void read_export_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  READ_LIST(decoder, module->exports, module->export_count);
  for (uint32_t i = 0; i < module->export_count && !decoder->reader.bad; ++i) {
    WasmExport* export = &module->exports[i];
    export->name = read_name(decoder);
    export->kind = wasm_read_byte(&decoder->reader);
    export->index = wasm_read_u32(&decoder->reader);
    const uint32_t counts[] = {module->function_count, module->table_count, module->memory_count,
                               module->global_count};
    if (export->kind > WASM_KIND_GLOBAL) {
      wasm_bad(&decoder->reader, "malformed export kind");
    } else if (export->index >= counts[export->kind]) {
      wasm_bad(&decoder->reader, "the export's index is unknown");
    } else if (export->kind == WASM_KIND_FUNCTION) {
      module->declared[export->index] = true;
    }
  }
  if (!decoder->reader.bad) check_export_names(decoder);
}

static void read_start_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  module->has_start = true;
  module->start = wasm_read_u32(&decoder->reader);
  if (module->start >= module->function_count) {
    wasm_bad(&decoder->reader, "unknown function");
    return;
  }
  const WasmType* type = module->functions[module->start].type;
  if (type && (type->param_count || type->result_count)) {
    wasm_bad(&decoder->reader, "start function must have neither parameters nor results");
  }
}

/* An index as if it were an expression: the item is `ref.func index`, read where it stands. */
static WasmSpan read_item(Decoder* decoder, bool is_expression, uint8_t type) {
  if (is_expression) return wasm_read_expression(decoder, type, decoder->module->global_count);
  WasmSpan item = {decoder->reader.at, 0};
  uint32_t index = wasm_read_u32(&decoder->reader);
  if (index >= decoder->module->function_count) {
    wasm_bad(&decoder->reader, "unknown function");
  } else {
    decoder->module->declared[index] = true;
  }
  return item; /* of size 0: an index */
}

/* https://webassembly.github.io/spec/core/binary/modules.html#element-section */
static void read_elements(Decoder* decoder, WasmElements* elements) {
  WasmReader* reader = &decoder->reader;
  uint32_t flags = wasm_read_u32(reader);
  if (flags > 7) wasm_bad(reader, "malformed elements segment kind");
  bool is_expression = flags & 4, has_index = flags & 2, is_passive = flags & 1;
  elements->mode = is_passive ? (has_index ? WASM_DECLARED : WASM_PASSIVE) : WASM_ACTIVE;
  elements->type = WASM_FUNCREF;
  uint8_t table_type = 0;
  if (!is_passive) {
    elements->table = has_index ? wasm_read_u32(reader) : 0;
    if (elements->table >= decoder->module->table_count) {
      wasm_bad(reader, "unknown table");
      return;
    }
    table_type = decoder->module->tables[elements->table].type;
    elements->offset = wasm_read_expression(decoder, WASM_I32, decoder->module->global_count);
  }
  if (flags & 3) {
    if (is_expression) {
      elements->type = wasm_read_reference_type(reader);
    } else if (wasm_read_byte(reader) != 0) {
      wasm_bad(reader, "malformed element kind");
    }
  }
  if (!is_passive && table_type != elements->type) wasm_bad(reader, "type mismatch");
  READ_LIST(decoder, elements->items, elements->count);
  for (uint32_t i = 0; i < elements->count && !reader->bad; ++i) {
    elements->items[i] = read_item(decoder, is_expression, elements->type);
  }
}

static void read_element_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  READ_LIST(decoder, module->elements, module->element_count);
  for (uint32_t i = 0; i < module->element_count && !decoder->reader.bad; ++i) {
    read_elements(decoder, &module->elements[i]);
  }
}

static void read_data_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  WasmReader* reader = &decoder->reader;
  READ_LIST(decoder, module->data, module->data_count);
  for (uint32_t i = 0; i < module->data_count && !reader->bad; ++i) {
    WasmData* data = &module->data[i];
    uint32_t flags = wasm_read_u32(reader);
    if (flags > 2) wasm_bad(reader, "malformed data segment kind");
    data->mode = flags == 1 ? WASM_PASSIVE : WASM_ACTIVE;
    uint32_t memory = flags == 2 ? wasm_read_u32(reader) : 0;
    if (data->mode == WASM_ACTIVE) {
      if (memory >= module->memory_count) wasm_bad(reader, "unknown memory");
      data->offset = wasm_read_expression(decoder, WASM_I32, module->global_count);
    }
    uint32_t size = wasm_read_u32(reader);
    data->bytes = wasm_read_bytes(reader, size);
  }
}

static void read_code_section(Decoder* decoder) {
  WasmModule* module = decoder->module;
  WasmReader* reader = &decoder->reader;
  uint32_t count = wasm_read_count(reader);
  if (count != module->function_count - module->imported_functions) {
    wasm_bad(reader, "function and code section have inconsistent lengths");
  }
  for (uint32_t i = module->imported_functions; i < module->function_count && !reader->bad; ++i) {
    uint32_t size = wasm_read_u32(reader);
    module->functions[i].body = wasm_read_bytes(reader, size);
  }
}

/* ---- sections */

enum {
  SECTION_CUSTOM,
  SECTION_TYPE,
  SECTION_IMPORT,
  SECTION_FUNCTION,
  SECTION_TABLE,
  SECTION_MEMORY,
  SECTION_GLOBAL,
  SECTION_EXPORT,
  SECTION_START,
  SECTION_ELEMENT,
  SECTION_CODE,
  SECTION_DATA,
  SECTION_DATA_COUNT,
  SECTION_KINDS,
};

/* In the order in which they must come. */
static const uint8_t kOrder[] = {SECTION_TYPE,       SECTION_IMPORT, SECTION_FUNCTION,
                                 SECTION_TABLE,      SECTION_MEMORY, SECTION_GLOBAL,
                                 SECTION_EXPORT,     SECTION_START,  SECTION_ELEMENT,
                                 SECTION_DATA_COUNT, SECTION_CODE,   SECTION_DATA};

static void read_custom(Decoder* decoder, WasmSpan content) {
  WasmModule* module = decoder->module;
  uint32_t count = module->section_count + 1;
  WasmSpan* names = realloc(module->section_names, count * sizeof *names);
  if (names) module->section_names = names;
  WasmSpan* sections = realloc(module->sections, count * sizeof *sections);
  if (sections) module->sections = sections;
  if (!names || !sections) {
    wasm_bad(&decoder->reader, "not enough memory");
    return;
  }
  Decoder inner = {{content.at, content.at + content.size, NULL}, module};
  names[count - 1] = read_name(&inner);
  sections[count - 1] = (WasmSpan){inner.reader.at, wasm_left(&inner.reader)};
  module->section_count = count;
  if (inner.reader.bad) wasm_bad(&decoder->reader, inner.reader.bad);
}

static void read_data_count(Decoder* decoder) {
  decoder->module->has_data_count = true;
  decoder->module->announced_data = wasm_read_u32(&decoder->reader);
}

typedef void ReadSection(Decoder* decoder);
static ReadSection* const kReaders[SECTION_KINDS] = {
    [SECTION_TYPE] = read_type_section,         [SECTION_IMPORT] = read_import_section,
    [SECTION_FUNCTION] = read_function_section, [SECTION_TABLE] = read_table_section,
    [SECTION_MEMORY] = read_memory_section,     [SECTION_GLOBAL] = read_global_section,
    [SECTION_EXPORT] = read_export_section,     [SECTION_START] = read_start_section,
    [SECTION_ELEMENT] = read_element_section,   [SECTION_DATA_COUNT] = read_data_count,
    [SECTION_CODE] = read_code_section,         [SECTION_DATA] = read_data_section,
};

/* Where each section is, and that they are in order. */
static void find_sections(Decoder* decoder, WasmReader found[SECTION_KINDS]) {
  uint32_t next = 0; /* in kOrder */
  while (decoder->reader.at < decoder->reader.end) {
    uint8_t id = wasm_read_byte(&decoder->reader);
    uint32_t size = wasm_read_u32(&decoder->reader);
    WasmSpan content = wasm_read_bytes(&decoder->reader, size);
    if (decoder->reader.bad) return;
    if (id == SECTION_CUSTOM) {
      read_custom(decoder, content);
      continue;
    }
    if (id >= SECTION_KINDS) {
      wasm_bad(&decoder->reader,
               id == 13 ? "exceptions are not supported here" : "malformed section id");
      return;
    }
    while (next < sizeof kOrder && kOrder[next] != id) ++next;
    if (next++ >= sizeof kOrder) {
      wasm_bad(&decoder->reader, "unexpected content after last section");
      return;
    }
    found[id] = (WasmReader){content.at, content.at + content.size, NULL};
  }
}

static void read_section(Decoder* decoder, WasmReader* section, ReadSection* read) {
  WasmReader outer = decoder->reader;
  decoder->reader = *section;
  read(decoder);
  if (!decoder->reader.bad && wasm_left(&decoder->reader)) {
    wasm_bad(&decoder->reader, "section size mismatch");
  }
  if (!decoder->reader.bad) decoder->reader = outer;
}

static void read_sections(Decoder* decoder) {
  WasmReader found[SECTION_KINDS] = {{0}};
  find_sections(decoder, found);
  for (uint32_t i = 0; i < sizeof kOrder && !decoder->reader.bad; ++i) {
    WasmReader* section = &found[kOrder[i]];
    if (section->at) read_section(decoder, section, kReaders[kOrder[i]]);
    if (kOrder[i] != SECTION_IMPORT || decoder->reader.bad) continue;
    Sections sections = {found[SECTION_FUNCTION], found[SECTION_TABLE], found[SECTION_MEMORY],
                         found[SECTION_GLOBAL]};
    make_spaces(decoder, &sections);
  }
  WasmModule* module = decoder->module;
  if (decoder->reader.bad) return;
  if (!found[SECTION_CODE].at && module->function_count != module->imported_functions) {
    wasm_bad(&decoder->reader, "function and code section have inconsistent lengths");
  } else if (module->has_data_count && module->announced_data != module->data_count) {
    wasm_bad(&decoder->reader, "data count and data section have inconsistent lengths");
  }
}

bool wasm_fail(WasmModule* module, const uint8_t* at, const char* what) {
  snprintf(module->error, sizeof module->error, "%s @+%zu", what, (size_t)(at - module->bytes));
  return false;
}

WasmModule* wasm_decode(uint8_t* bytes, size_t size) {
  WasmModule* module = calloc(1, sizeof *module);
  if (!module) return NULL;
  module->kind = WASM_KIND_MODULE;
  module->bytes = bytes;
  module->size = size;
  Decoder decoder = {{bytes, bytes + size, NULL}, module};
  static const uint8_t magic[] = {0, 'a', 's', 'm'}, version[] = {1, 0, 0, 0};
  if (size < 4 || memcmp(bytes, magic, 4) != 0) {
    wasm_bad(&decoder.reader, "magic header not detected: these bytes are no WebAssembly");
  } else if (size < 8 || memcmp(bytes + 4, version, 4) != 0) {
    wasm_bad(&decoder.reader, "unknown binary version; a component is no module");
  } else {
    decoder.reader.at += 8;
    read_sections(&decoder);
  }
  if (decoder.reader.bad) wasm_fail(module, decoder.reader.at, decoder.reader.bad);
  return module;
}
