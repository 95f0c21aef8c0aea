/* The store, and instances in it. https://webassembly.github.io/spec/core/exec/modules.html */
#include <stdlib.h>

#include "read.h"

/* ---- types, each once */

enum { kBuckets = 64 };
static const WasmType* the_types[kBuckets];

static bool is_type(const WasmType* type, const uint8_t* params, uint32_t param_count,
                    const uint8_t* results, uint32_t result_count) {
  return type->param_count == param_count && type->result_count == result_count &&
         memcmp(type->params, params, param_count) == 0 &&
         memcmp(type->results, results, result_count) == 0;
}

static uint32_t bucket_of(const uint8_t* params, uint32_t param_count, uint32_t result_count) {
  uint32_t hash = result_count;
  for (uint32_t i = 0; i < param_count; ++i) hash = hash * 31 + params[i];
  return (hash ^ hash >> 8) % kBuckets;
}

const WasmType* wasm_type(const uint8_t* params, uint32_t param_count, const uint8_t* results,
                          uint32_t result_count) {
  const WasmType** bucket = &the_types[bucket_of(params, param_count, result_count)];
  for (const WasmType* type = *bucket; type; type = type->next) {
    if (is_type(type, params, param_count, results, result_count)) return type;
  }
  WasmType* type = malloc(sizeof *type + param_count + result_count);
  if (!type) return NULL;
  uint8_t* types = (uint8_t*)(type + 1);
  memcpy(types, params, param_count);
  memcpy(types + param_count, results, result_count);
  *type = (WasmType){*bucket, types, types + param_count, param_count, result_count};
  *bucket = type;
  return type;
}

/* ---- what is in the store */

WasmFunction* wasm_new_function(const WasmType* type) {
  WasmFunction* function = calloc(1, sizeof *function);
  if (!function) return NULL;
  function->kind = WASM_KIND_FUNCTION;
  function->type = type;
  function->callable = function->object = JS_UNDEFINED;
  return function;
}

WasmTable* wasm_new_table(WasmLimits limits, uint64_t item) {
  if (limits.least > WASM_MAX_TABLE) return NULL;
  WasmTable* table = calloc(1, sizeof *table);
  if (!table) return NULL;
  table->kind = WASM_KIND_TABLE;
  table->handle = JS_UNDEFINED;
  table->limits = limits;
  table->limits.least = 0;
  return wasm_grow_table(table, limits.least, item) < 0 ? NULL : table;
}

int64_t wasm_grow_table(WasmTable* table, uint32_t by, uint64_t item) {
  uint32_t before = table->limits.least;
  uint32_t most = table->limits.most < WASM_MAX_TABLE ? table->limits.most : WASM_MAX_TABLE;
  if (before > most || by > most - before) return -1;
  uint64_t* items = realloc(table->items, (size_t)(before + by + 1) * sizeof *items);
  if (!items) return -1;
  for (uint32_t i = before; i < before + by; ++i) items[i] = item;
  table->items = items;
  table->limits.least = before + by;
  return before;
}

WasmMemory* wasm_new_memory(WasmLimits limits) {
  WasmMemory* memory = calloc(1, sizeof *memory);
  if (!memory) return NULL;
  memory->kind = WASM_KIND_MEMORY;
  memory->handle = memory->buffer = JS_UNDEFINED;
  memory->limits = limits;
  memory->limits.least = 0;
  /* Who shares it sees it grow where it is. */
  if (limits.shared) {
    memory->data = limits.most <= WASM_MAX_PAGES ? calloc(limits.most + 1, WASM_PAGE) : NULL;
    if (!memory->data) return NULL;
  }
  return wasm_grow_memory(memory, limits.least) < 0 ? NULL : memory;
}

int64_t wasm_grow_memory(WasmMemory* memory, uint32_t by) {
  uint32_t before = memory->limits.least;
  uint32_t most = memory->limits.most < WASM_MAX_PAGES ? memory->limits.most : WASM_MAX_PAGES;
  if (before > most || by > most - before) return -1;
  uint64_t size = (uint64_t)(before + by) * WASM_PAGE;
  /* An ArrayBuffer of the engine's shows no more; and an empty one needs an address. */
  if (size > INT32_MAX) return -1;
  if (!memory->limits.shared && (by || !memory->data)) {
    uint8_t* data = realloc(memory->data, size ? (size_t)size : 1);
    if (!data) return -1;
    memory->data = data;
    memset(data + memory->size, 0, (size_t)size - memory->size);
  }
  memory->size = (size_t)size;
  memory->limits.least = before + by;
  return before;
}

WasmGlobal* wasm_new_global(WasmGlobalType type, uint64_t value) {
  WasmGlobal* global = calloc(1, sizeof *global);
  if (!global) return NULL;
  *global = (WasmGlobal){WASM_KIND_GLOBAL, type, value, JS_UNDEFINED};
  return global;
}

/* ---- https://webassembly.github.io/spec/core/valid/matching.html */

static const char* match_limits(const WasmLimits* wanted, const WasmLimits* given) {
  if (given->least < wanted->least) return "is smaller than the module wants it";
  if (!wanted->bounded) return NULL;
  if (!given->bounded) return "has no maximum, which the module wants";
  return given->most > wanted->most ? "has a larger maximum than the module wants" : NULL;
}

const char* wasm_match(const WasmImport* import, WasmExtern given) {
  switch (import->kind) {
    case WASM_KIND_FUNCTION:
      return given.function->type == import->type ? NULL : "is a function of another type";
    case WASM_KIND_TABLE:
      if (given.table->limits.type != import->limits.type) return "is a table of another type";
      return match_limits(&import->limits, &given.table->limits);
    case WASM_KIND_MEMORY:
      if (given.memory->limits.shared) return "is a shared memory";
      return match_limits(&import->limits, &given.memory->limits);
    default:
      if (given.global->type.type != import->global.type) return "is a global of another type";
      if (given.global->type.is_mutable == import->global.is_mutable) return NULL;
      return import->global.is_mutable ? "is not mutable" : "is mutable";
  }
}

/* ---- constant expressions, which were checked when they were decoded */

static uint64_t calculate(uint8_t operation, uint64_t a, uint64_t b) {
  switch (operation) {
    case 0x6a: return (uint32_t)(a + b);
    case 0x6b: return (uint32_t)(a - b);
    case 0x6c: return (uint32_t)(a * b);
    case 0x7c: return a + b;
    case 0x7d: return a - b;
    default: return a * b;
  }
}

static uint64_t read_raw(WasmReader* reader, size_t size) {
  uint64_t value = 0;
  memcpy(&value, wasm_read_bytes(reader, size).at, size);
  return value;
}

static uint64_t evaluate(WasmInstance* instance, WasmSpan expression) {
  WasmReader reader = {expression.at, expression.at + expression.size, NULL};
  uint64_t stack[WASM_DEEPEST_EXPRESSION] = {0};
  uint32_t depth = 0;
  for (;;) {
    uint8_t operation = wasm_read_byte(&reader);
    switch (operation) {
      case 0x0b: return stack[0];
      case 0x23: stack[depth++] = instance->globals[wasm_read_u32(&reader)]->value; break;
      case 0x41: stack[depth++] = (uint32_t)wasm_read_i32(&reader); break;
      case 0x42: stack[depth++] = (uint64_t)wasm_read_i64(&reader); break;
      case 0x43: stack[depth++] = read_raw(&reader, 4); break;
      case 0x44: stack[depth++] = read_raw(&reader, 8); break;
      case 0xd0:
        wasm_read_byte(&reader);
        stack[depth++] = 0;
        break;
      case 0xd2: stack[depth++] = (uintptr_t)instance->functions[wasm_read_u32(&reader)]; break;
      default: --depth; stack[depth - 1] = calculate(operation, stack[depth - 1], stack[depth]);
    }
  }
}

static uint64_t item_value(WasmInstance* instance, WasmSpan item) {
  if (item.size) return evaluate(instance, item);
  WasmReader reader = {item.at, item.at + 5, NULL};
  return (uintptr_t)instance->functions[wasm_read_u32(&reader)];
}

/* ---- instances */

static bool make_lists(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  instance->functions = calloc(module->function_count + 1, sizeof *instance->functions);
  instance->tables = calloc(module->table_count + 1, sizeof *instance->tables);
  instance->memories = calloc(module->memory_count + 1, sizeof *instance->memories);
  instance->globals = calloc(module->global_count + 1, sizeof *instance->globals);
  instance->elements = calloc(module->element_count + 1, sizeof *instance->elements);
  instance->data = calloc(module->data_count + 1, sizeof *instance->data);
  return instance->functions && instance->tables && instance->memories && instance->globals &&
         instance->elements && instance->data;
}

static void place_imports(WasmInstance* instance, const WasmExtern* imports) {
  const WasmModule* module = instance->module;
  uint32_t functions = 0, tables = 0, memories = 0, globals = 0;
  for (uint32_t i = 0; i < module->import_count; ++i) {
    switch (module->imports[i].kind) {
      case WASM_KIND_FUNCTION: instance->functions[functions++] = imports[i].function; break;
      case WASM_KIND_TABLE: instance->tables[tables++] = imports[i].table; break;
      case WASM_KIND_MEMORY: instance->memories[memories++] = imports[i].memory; break;
      default: instance->globals[globals++] = imports[i].global;
    }
  }
}

static bool make_functions(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = module->imported_functions; i < module->function_count; ++i) {
    WasmFunction* function = wasm_new_function(module->functions[i].type);
    if (!function) return false;
    function->instance = instance;
    function->index = i;
    instance->functions[i] = function;
  }
  return true;
}

static bool make_globals(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = module->imported_globals; i < module->global_count; ++i) {
    const WasmGlobalPlan* plan = &module->globals[i];
    instance->globals[i] = wasm_new_global(plan->type, evaluate(instance, plan->value));
    if (!instance->globals[i]) return false;
  }
  return true;
}

static bool make_tables(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = module->imported_tables; i < module->table_count; ++i) {
    WasmSpan value = module->table_values[i];
    instance->tables[i] =
        wasm_new_table(module->tables[i], value.size ? evaluate(instance, value) : 0);
    if (!instance->tables[i]) return false;
  }
  return true;
}

static bool make_memories(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = module->imported_memories; i < module->memory_count; ++i) {
    instance->memories[i] = wasm_new_memory(module->memories[i]);
    if (!instance->memories[i]) return false;
  }
  return true;
}

static bool make_segments(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = 0; i < module->element_count; ++i) {
    const WasmElements* elements = &module->elements[i];
    uint64_t* items = malloc((elements->count + 1) * sizeof *items);
    if (!items) return false;
    for (uint32_t j = 0; j < elements->count; ++j) {
      items[j] = item_value(instance, elements->items[j]);
    }
    instance->elements[i] = (WasmItems){elements->count, items};
  }
  for (uint32_t i = 0; i < module->data_count; ++i) instance->data[i] = module->data[i].bytes;
  return true;
}

WasmInstance* wasm_instantiate(WasmModule* module, const WasmExtern* imports) {
  WasmInstance* instance = calloc(1, sizeof *instance);
  if (!instance) return NULL;
  instance->kind = WASM_KIND_INSTANCE;
  instance->module = module;
  instance->handle = JS_UNDEFINED;
  if (!make_lists(instance)) return NULL;
  place_imports(instance, imports);
  bool made = make_functions(instance) && make_globals(instance) && make_tables(instance) &&
              make_memories(instance) && make_segments(instance);
  return made ? instance : NULL;
}

const char* wasm_fill(WasmInstance* instance) {
  const WasmModule* module = instance->module;
  for (uint32_t i = 0; i < module->element_count; ++i) {
    const WasmElements* elements = &module->elements[i];
    if (elements->mode == WASM_ACTIVE) {
      uint32_t to = (uint32_t)evaluate(instance, elements->offset);
      const char* trap = wasm_table_init(instance, elements->table, i, to, 0, elements->count);
      if (trap) return trap;
    }
    if (elements->mode != WASM_PASSIVE) instance->elements[i].count = 0;
  }
  for (uint32_t i = 0; i < module->data_count; ++i) {
    const WasmData* data = &module->data[i];
    if (data->mode != WASM_ACTIVE) continue;
    uint32_t to = (uint32_t)evaluate(instance, data->offset);
    const char* trap = wasm_memory_init(instance, i, to, 0, data->bytes.size);
    if (trap) return trap;
    instance->data[i].size = 0;
  }
  return NULL;
}
