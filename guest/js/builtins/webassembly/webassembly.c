/* What webassembly.js stands on: internals.wasmNatives() gives an object of these functions. A
 * module, an instance, a table, a memory and a global are each a handle, an object that scripts of
 * users never see; a function is its Exported Function. */
#include "webassembly.h"

#include <stdlib.h>
#include <string.h>

#include "../common/common.h"
#include "builtins.h"
#include "values.h"

static JSClassID handle_class;

static JSValue make_handle(JSContext* context, void* what, JSValue* kept) {
  if (kept && !JS_IsUndefined(*kept)) return JS_DupValue(context, *kept);
  JSValue handle = JS_NewObjectClass(context, (int)handle_class);
  if (JS_IsException(handle)) return handle;
  JS_SetOpaque(handle, what);
  if (kept) *kept = JS_DupValue(context, handle);
  return handle;
}

/* What a handle stands for; NULL, without an exception, when it is none or of another kind. */
static void* find_handle(JSValueConst value, WasmKind kind) {
  void* what = JS_GetOpaque(value, handle_class);
  return what && *(WasmKind*)what == kind ? what : NULL;
}

static void* need_handle(JSContext* context, JSValueConst value, WasmKind kind) {
  void* what = find_handle(value, kind);
  if (!what) JS_ThrowTypeError(context, "Illegal invocation");
  return what;
}

#define NATIVE(name) \
  static JSValue name(JSContext* context, JSValueConst self, int argc, JSValueConst* argv)

/* ---- modules */

/* compile(BufferSource) -> module, or a text that says why it is none */
NATIVE(native_compile) {
  uint8_t* data = NULL;
  size_t size = 0;
  if (wws_buffer_source(context, argv[0], &data, &size)) return JS_EXCEPTION;
  uint8_t* copy = malloc(size + 1);
  if (!copy) return JS_ThrowOutOfMemory(context);
  if (size) memcpy(copy, data, size);
  WasmModule* module = wasm_decode(copy, size);
  if (!module) return JS_ThrowOutOfMemory(context);
  if (!module->error[0]) wasm_validate(module);
  if (module->error[0]) return JS_NewString(context, module->error);
  return make_handle(context, module, NULL);
}

static JSValue span_text(JSContext* context, WasmSpan span) {
  return JS_NewStringLen(context, (const char*)span.at, span.size);
}

/* Adds `value` at the end of an array of `*count`. */
static int append(JSContext* context, JSValueConst list, uint32_t* count, JSValue value) {
  if (JS_IsException(value)) return -1;
  return JS_DefinePropertyValueUint32(context, list, (*count)++, value, JS_PROP_C_W_E) < 0 ? -1 : 0;
}

/* imports(module) -> a flat array: module, name, kind, type of a global, its mutability */
NATIVE(native_imports) {
  const WasmModule* module = need_handle(context, argv[0], WASM_KIND_MODULE);
  if (!module) return JS_EXCEPTION;
  JSValue list = JS_NewArray(context);
  uint32_t count = 0;
  for (uint32_t i = 0; i < module->import_count; ++i) {
    const WasmImport* import = &module->imports[i];
    append(context, list, &count, span_text(context, import->module));
    append(context, list, &count, span_text(context, import->name));
    append(context, list, &count, JS_NewInt32(context, import->kind));
    append(context, list, &count, JS_NewInt32(context, import->global.type));
    append(context, list, &count, JS_NewBool(context, import->global.is_mutable));
  }
  return list;
}

/* exports(module) -> a flat array: name, kind */
NATIVE(native_exports) {
  const WasmModule* module = need_handle(context, argv[0], WASM_KIND_MODULE);
  if (!module) return JS_EXCEPTION;
  JSValue list = JS_NewArray(context);
  uint32_t count = 0;
  for (uint32_t i = 0; i < module->export_count; ++i) {
    append(context, list, &count, span_text(context, module->exports[i].name));
    append(context, list, &count, JS_NewInt32(context, module->exports[i].kind));
  }
  return list;
}

/* sections(module, name) -> array of ArrayBuffers */
NATIVE(native_sections) {
  const WasmModule* module = need_handle(context, argv[0], WASM_KIND_MODULE);
  size_t size = 0;
  const char* name = module ? JS_ToCStringLen(context, &size, argv[1]) : NULL;
  if (!name) return JS_EXCEPTION;
  JSValue list = JS_NewArray(context);
  uint32_t count = 0;
  for (uint32_t i = 0; i < module->section_count; ++i) {
    WasmSpan found = module->section_names[i], section = module->sections[i];
    if (found.size != size || memcmp(found.at, name, size) != 0) continue;
    append(context, list, &count, JS_NewArrayBufferCopy(context, section.at, section.size));
  }
  JS_FreeCString(context, name);
  return list;
}

/* ---- instances */

/* What an import is to be; NULL or why it cannot. */
static const char* take_import(JSContext* context, const WasmImport* import, JSValueConst value,
                               WasmExtern* result) {
  static const char* const kWanted[] = {"is not a function", "is not a WebAssembly.Table",
                                        "is not a WebAssembly.Memory",
                                        "is not a WebAssembly.Global"};
  if (import->kind != WASM_KIND_FUNCTION) {
    result->table = find_handle(value, (WasmKind)import->kind);
    return result->table ? wasm_match(import, *result) : kWanted[import->kind];
  }
  if (!JS_IsFunction(context, value)) return kWanted[WASM_KIND_FUNCTION];
  result->function = wasm_function_of(value);
  if (result->function) return wasm_match(import, *result);
  result->function = wasm_new_function(import->type);
  if (!result->function) return "needs more memory than there is";
  result->function->callable = JS_DupValue(context, value);
  return NULL;
}

/* A function of the host that is exported again counts from its place in the module. */
static void number_functions(const WasmModule* module, const WasmExtern* imports) {
  uint32_t index = 0;
  for (uint32_t i = 0; i < module->import_count; ++i) {
    if (module->imports[i].kind != WASM_KIND_FUNCTION) continue;
    WasmFunction* function = imports[i].function;
    if (!function->instance && JS_IsUndefined(function->object)) function->index = index;
    ++index;
  }
}

/* instantiate(module, values) -> instance; or [number of an import, why it does not fit] */
NATIVE(native_instantiate) {
  WasmModule* module = need_handle(context, argv[0], WASM_KIND_MODULE);
  if (!module) return JS_EXCEPTION;
  WasmExtern* imports = calloc(module->import_count + 1, sizeof *imports);
  if (!imports) return JS_ThrowOutOfMemory(context);
  for (uint32_t i = 0; i < module->import_count; ++i) {
    JSValue value = JS_GetPropertyUint32(context, argv[1], i);
    const char* wrong = take_import(context, &module->imports[i], value, &imports[i]);
    JS_FreeValue(context, value);
    if (!wrong) continue;
    free(imports);
    JSValue list = JS_NewArray(context);
    uint32_t count = 0;
    append(context, list, &count, JS_NewUint32(context, i));
    append(context, list, &count, JS_NewString(context, wrong));
    return list;
  }
  number_functions(module, imports);
  WasmInstance* instance = wasm_instantiate(module, imports);
  free(imports);
  if (!instance) {
    return JS_ThrowRangeError(context,
                              "WebAssembly.Instance: not enough memory: the worker's limit");
  }
  return make_handle(context, instance, &instance->handle);
}

/* start(instance): what it does when it comes to life */
NATIVE(native_start) {
  WasmInstance* instance = need_handle(context, argv[0], WASM_KIND_INSTANCE);
  if (!instance) return JS_EXCEPTION;
  const char* trap = wasm_fill(instance);
  if (!trap && instance->module->has_start) {
    WasmFunction* start = instance->functions[instance->module->start];
    WasmCell* cells = wasm_arguments(start->type);
    trap = cells ? wasm_invoke(context, start, cells) : wasm_exhausted;
  }
  return trap ? wasm_throw(context, trap) : JS_UNDEFINED;
}

/* exported(instance, number) -> Exported Function or handle */
NATIVE(native_exported) {
  WasmInstance* instance = need_handle(context, argv[0], WASM_KIND_INSTANCE);
  uint32_t number = 0;
  if (!instance || JS_ToUint32(context, &number, argv[1])) return JS_EXCEPTION;
  if (number >= instance->module->export_count) return JS_UNDEFINED;
  const WasmExport* export = &instance->module->exports[number];
  uint32_t index = export->index;
  switch (export->kind) {
    case WASM_KIND_FUNCTION: return wasm_function_object(context, instance->functions[index]);
    case WASM_KIND_TABLE:
      return make_handle(context, instance->tables[index], &instance->tables[index]->handle);
    case WASM_KIND_MEMORY:
      return make_handle(context, instance->memories[index], &instance->memories[index]->handle);
    default:
      return make_handle(context, instance->globals[index], &instance->globals[index]->handle);
  }
}

/* ---- memories */

/* Least, most (undefined: unbounded). */
static int read_limits(JSContext* context, JSValueConst least, JSValueConst most,
                       WasmLimits* limits) {
  *limits = (WasmLimits){.most = UINT32_MAX, .bounded = !JS_IsUndefined(most)};
  if (JS_ToUint32(context, &limits->least, least)) return -1;
  return limits->bounded ? JS_ToUint32(context, &limits->most, most) : 0;
}

/* memory(least, most, shared) -> memory, or undefined when there is not enough room */
NATIVE(native_memory) {
  WasmLimits limits;
  if (read_limits(context, argv[0], argv[1], &limits)) return JS_EXCEPTION;
  limits.shared = JS_ToBool(context, argv[2]) > 0;
  WasmMemory* memory = wasm_new_memory(limits);
  return memory ? make_handle(context, memory, &memory->handle) : JS_UNDEFINED;
}

NATIVE(native_buffer) {
  WasmMemory* memory = need_handle(context, argv[0], WASM_KIND_MEMORY);
  return memory ? wasm_memory_buffer(context, memory) : JS_EXCEPTION;
}

/* growMemory(memory, by) -> pages before, or -1 */
NATIVE(native_grow_memory) {
  WasmMemory* memory = need_handle(context, argv[0], WASM_KIND_MEMORY);
  uint32_t by = 0;
  if (!memory || JS_ToUint32(context, &by, argv[1])) return JS_EXCEPTION;
  return JS_NewInt64(context, wasm_grow_memory_of(context, memory, by));
}

/* ---- tables */

/* table(type, least, most, value) -> table, or undefined when there is not enough room */
NATIVE(native_table) {
  WasmLimits limits;
  uint32_t type = 0;
  WasmCell value;
  if (JS_ToUint32(context, &type, argv[0]) || read_limits(context, argv[1], argv[2], &limits) ||
      wasm_from_js(context, (uint8_t)type, argv[3], &value)) {
    return JS_EXCEPTION;
  }
  limits.type = (uint8_t)type;
  WasmTable* table = wasm_new_table(limits, value.i64);
  return table ? make_handle(context, table, &table->handle) : JS_UNDEFINED;
}

NATIVE(native_table_size) {
  const WasmTable* table = need_handle(context, argv[0], WASM_KIND_TABLE);
  return table ? JS_NewUint32(context, table->limits.least) : JS_EXCEPTION;
}

NATIVE(native_table_type) {
  const WasmTable* table = need_handle(context, argv[0], WASM_KIND_TABLE);
  return table ? JS_NewInt32(context, table->limits.type) : JS_EXCEPTION;
}

/* A table and an index below its size; the index is an exception's, RangeError, when it is not. */
static WasmTable* find_item(JSContext* context, JSValueConst* argv, uint32_t* index) {
  WasmTable* table = need_handle(context, argv[0], WASM_KIND_TABLE);
  if (!table || JS_ToUint32(context, index, argv[1])) return NULL;
  if (*index < table->limits.least) return table;
  JS_ThrowRangeError(context, "WebAssembly.Table: %u is not below its length, %u", (unsigned)*index,
                     (unsigned)table->limits.least);
  return NULL;
}

NATIVE(native_table_get) {
  uint32_t index;
  const WasmTable* table = find_item(context, argv, &index);
  if (!table) return JS_EXCEPTION;
  return wasm_to_js(context, table->limits.type, (WasmCell){.i64 = table->items[index]});
}

NATIVE(native_table_set) {
  uint32_t index;
  WasmTable* table = find_item(context, argv, &index);
  WasmCell value;
  if (!table || wasm_from_js(context, table->limits.type, argv[2], &value)) return JS_EXCEPTION;
  table->items[index] = value.i64;
  return JS_UNDEFINED;
}

/* growTable(table, by, value) -> size before, or -1 */
NATIVE(native_grow_table) {
  WasmTable* table = need_handle(context, argv[0], WASM_KIND_TABLE);
  uint32_t by = 0;
  WasmCell value;
  if (!table || JS_ToUint32(context, &by, argv[1]) ||
      wasm_from_js(context, table->limits.type, argv[2], &value)) {
    return JS_EXCEPTION;
  }
  return JS_NewInt64(context, wasm_grow_table(table, by, value.i64));
}

/* ---- globals */

/* global(type, isMutable, value) -> global */
NATIVE(native_global) {
  uint32_t type = 0;
  WasmCell value = {.i64 = 0};
  if (JS_ToUint32(context, &type, argv[0]) ||
      wasm_from_js(context, (uint8_t)type, argv[2], &value)) {
    return JS_EXCEPTION;
  }
  WasmGlobalType global_type = {(uint8_t)type, JS_ToBool(context, argv[1]) > 0};
  WasmGlobal* global = wasm_new_global(global_type, value.i64);
  if (!global) return JS_ThrowOutOfMemory(context);
  return make_handle(context, global, &global->handle);
}

NATIVE(native_global_get) {
  const WasmGlobal* global = need_handle(context, argv[0], WASM_KIND_GLOBAL);
  if (!global) return JS_EXCEPTION;
  return wasm_to_js(context, global->type.type, (WasmCell){.i64 = global->value});
}

NATIVE(native_global_set) {
  WasmGlobal* global = need_handle(context, argv[0], WASM_KIND_GLOBAL);
  if (!global) return JS_EXCEPTION;
  if (!global->type.is_mutable) {
    return JS_ThrowTypeError(context, "WebAssembly.Global: the value is not mutable");
  }
  WasmCell value = {.i64 = 0};
  if (wasm_from_js(context, global->type.type, argv[1], &value)) return JS_EXCEPTION;
  global->value = value.i64;
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry kNatives[] = {
    JS_CFUNC_DEF("compile", 1, native_compile),
    JS_CFUNC_DEF("imports", 1, native_imports),
    JS_CFUNC_DEF("exports", 1, native_exports),
    JS_CFUNC_DEF("sections", 2, native_sections),
    JS_CFUNC_DEF("instantiate", 2, native_instantiate),
    JS_CFUNC_DEF("start", 1, native_start),
    JS_CFUNC_DEF("exported", 2, native_exported),
    JS_CFUNC_DEF("memory", 3, native_memory),
    JS_CFUNC_DEF("buffer", 1, native_buffer),
    JS_CFUNC_DEF("growMemory", 2, native_grow_memory),
    JS_CFUNC_DEF("table", 4, native_table),
    JS_CFUNC_DEF("tableSize", 1, native_table_size),
    JS_CFUNC_DEF("tableType", 1, native_table_type),
    JS_CFUNC_DEF("tableGet", 2, native_table_get),
    JS_CFUNC_DEF("tableSet", 3, native_table_set),
    JS_CFUNC_DEF("growTable", 3, native_grow_table),
    JS_CFUNC_DEF("global", 3, native_global),
    JS_CFUNC_DEF("globalGet", 1, native_global_get),
    JS_CFUNC_DEF("globalSet", 2, native_global_set),
};

NATIVE(internal_natives) {
  JSValue natives = JS_NewObject(context);
  if (!JS_IsException(natives) &&
      JS_SetPropertyFunctionList(context, natives, kNatives, WWS_COUNT(kNatives)) < 0) {
    JS_FreeValue(context, natives);
    return JS_EXCEPTION;
  }
  return natives;
}

int wws_builtin_webassembly(JSContext* context) {
  static const JSCFunctionListEntry kInternals[] = {
      JS_CFUNC_DEF("wasmNatives", 0, internal_natives)};
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &handle_class);
  const JSClassDef definition = {.class_name = "WebAssemblyHandle"};
  if (JS_NewClass(runtime, handle_class, &definition) || wasm_values_init(context)) return -1;
  return wws_extend_internals(context, kInternals, WWS_COUNT(kInternals));
}
