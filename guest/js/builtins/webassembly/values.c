#include "values.h"

#include <stdio.h>
#include <stdlib.h>

#include "../common/common.h"

/* Values of JavaScript that are references in WebAssembly: a reference is an index + 1. They live
 * as long as the store. */
static JSValue* the_externs;
static uint32_t the_extern_count, the_extern_room;
static JSClassID function_class;

static int make_extern(JSContext* context, JSValueConst value, uint64_t* reference) {
  if (the_extern_count == the_extern_room) {
    uint32_t room = the_extern_room ? the_extern_room * 2 : 64;
    JSValue* grown = realloc(the_externs, room * sizeof *grown);
    if (!grown) {
      JS_ThrowOutOfMemory(context);
      return -1;
    }
    the_externs = grown;
    the_extern_room = room;
  }
  the_externs[the_extern_count++] = JS_DupValue(context, value);
  *reference = the_extern_count;
  return 0;
}

JSValue wasm_to_js(JSContext* context, uint8_t type, WasmCell value) {
  switch (type) {
    case WASM_I32: return JS_NewInt32(context, (int32_t)value.i32);
    case WASM_I64: return JS_NewBigInt64(context, (int64_t)value.i64);
    case WASM_F32: return JS_NewFloat64(context, value.f32);
    case WASM_F64: return JS_NewFloat64(context, value.f64);
    default: break;
  }
  if (!value.i64) return JS_NULL;
  if (type == WASM_EXTERNREF) return JS_DupValue(context, the_externs[value.i64 - 1]);
  return wasm_function_object(context, (WasmFunction*)(uintptr_t)value.i64);
}

static int reference_from_js(JSContext* context, uint8_t type, JSValueConst value,
                             WasmCell* result) {
  result->i64 = 0;
  if (JS_IsNull(value)) return 0;
  if (type == WASM_EXTERNREF) return make_extern(context, value, &result->i64);
  WasmFunction* function = wasm_function_of(value);
  if (!function) {
    JS_ThrowTypeError(context, "WebAssembly: not a function that WebAssembly exports, nor null");
    return -1;
  }
  result->i64 = (uintptr_t)function;
  return 0;
}

int wasm_from_js(JSContext* context, uint8_t type, JSValueConst value, WasmCell* result) {
  double number = 0;
  switch (type) {
    case WASM_I32: return JS_ToInt32(context, (int32_t*)&result->i32, value);
    case WASM_I64: return JS_ToBigInt64(context, (int64_t*)&result->i64, value);
    case WASM_F32:
      if (JS_ToFloat64(context, &number, value)) return -1;
      result->f32 = (float)number;
      return 0;
    case WASM_F64: return JS_ToFloat64(context, &result->f64, value);
    default: return reference_from_js(context, type, value, result);
  }
}

/* ---- https://webassembly.github.io/spec/js-api/#exported-function */

JSValue wasm_throw(JSContext* context, const char* trap) {
  if (trap == wasm_thrown) return JS_EXCEPTION;
  if (trap == wasm_exhausted) {
    return JS_ThrowRangeError(context, "Maximum call stack size exceeded");
  }
  JSValue text = JS_NewString(context, trap);
  JSValue result = wws_call_internal(context, "wasmTrap", 1, &text);
  JS_FreeValue(context, text);
  JS_FreeValue(context, result);
  return JS_EXCEPTION;
}

/* One value as it is, more as an array, none as undefined. */
static JSValue results_to_js(JSContext* context, const WasmType* type, const WasmCell* cells) {
  if (type->result_count == 0) return JS_UNDEFINED;
  if (type->result_count == 1) return wasm_to_js(context, type->results[0], cells[0]);
  JSValue list = JS_NewArray(context);
  for (uint32_t i = 0; i < type->result_count && !JS_IsException(list); ++i) {
    JSValue value = wasm_to_js(context, type->results[i], cells[i]);
    if (JS_IsException(value) ||
        JS_DefinePropertyValueUint32(context, list, i, value, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(context, list);
      return JS_EXCEPTION;
    }
  }
  return list;
}

/* https://webassembly.github.io/spec/js-api/#call-an-exported-function */
static JSValue call_function(JSContext* context, JSValueConst object, JSValueConst self, int count,
                             JSValueConst* values, int flags) {
  WasmFunction* function = wasm_function_of(object);
  const WasmType* type = function->type;
  /* Conversions may run script, which may call a function here: what they give waits apart. */
  WasmCell few[16];
  WasmCell* given = few;
  if (type->param_count > WWS_COUNT(few)) {
    given = js_malloc(context, type->param_count * sizeof *given);
    if (!given) return JS_EXCEPTION;
  }
  JSValue result = JS_UNDEFINED;
  for (uint32_t i = 0; i < type->param_count && !JS_IsException(result); ++i) {
    JSValueConst value = (int)i < count ? values[i] : JS_UNDEFINED;
    if (wasm_from_js(context, type->params[i], value, &given[i])) result = JS_EXCEPTION;
  }
  if (!JS_IsException(result)) {
    WasmCell* cells = wasm_arguments(type);
    for (uint32_t i = 0; cells && i < type->param_count; ++i) cells[i] = given[i];
    const char* trap = cells ? wasm_invoke(context, function, cells) : wasm_exhausted;
    result = trap ? wasm_throw(context, trap) : results_to_js(context, type, cells);
  }
  if (given != few) js_free(context, given);
  return result;
}

WasmFunction* wasm_function_of(JSValueConst value) { return JS_GetOpaque(value, function_class); }

JSValue wasm_function_object(JSContext* context, WasmFunction* function) {
  if (!JS_IsUndefined(function->object)) return JS_DupValue(context, function->object);
  JSValue object = JS_NewObjectClass(context, (int)function_class);
  if (JS_IsException(object)) return object;
  JS_SetOpaque(object, function);
  char name[16];
  snprintf(name, sizeof name, "%u", (unsigned)function->index);
  JS_DefinePropertyValueStr(context, object, "length",
                            JS_NewInt32(context, (int32_t)function->type->param_count),
                            JS_PROP_CONFIGURABLE);
  JS_DefinePropertyValueStr(context, object, "name", JS_NewString(context, name),
                            JS_PROP_CONFIGURABLE);
  function->object = JS_DupValue(context, object);
  return object;
}

/* ---- https://webassembly.github.io/spec/js-api/#create-a-host-function */

static bool take_results(JSContext* context, const WasmType* type, JSValueConst returned,
                         WasmCell* cells) {
  if (type->result_count == 0) return true;
  if (type->result_count == 1) {
    return wasm_from_js(context, type->results[0], returned, &cells[0]) == 0;
  }
  JSValue count = JS_NewUint32(context, type->result_count);
  JSValueConst arguments[] = {returned, count};
  JSValue list = wws_call_internal(context, "wasmResults", 2, arguments);
  bool taken = !JS_IsException(list);
  for (uint32_t i = 0; i < type->result_count && taken; ++i) {
    JSValue value = JS_GetPropertyUint32(context, list, i);
    taken =
        !JS_IsException(value) && wasm_from_js(context, type->results[i], value, &cells[i]) == 0;
    JS_FreeValue(context, value);
  }
  JS_FreeValue(context, list);
  return taken;
}

bool wasm_call_host(JSContext* context, WasmFunction* function, WasmCell* cells) {
  const WasmType* type = function->type;
  JSValue few[16];
  JSValue* arguments = few;
  if (type->param_count > WWS_COUNT(few)) {
    arguments = js_malloc(context, type->param_count * sizeof *arguments);
    if (!arguments) return false;
  }
  for (uint32_t i = 0; i < type->param_count; ++i) {
    arguments[i] = wasm_to_js(context, type->params[i], cells[i]);
  }
  JSValue returned = JS_Call(context, function->callable, JS_UNDEFINED, (int)type->param_count,
                             (JSValueConst*)arguments);
  for (uint32_t i = 0; i < type->param_count; ++i) JS_FreeValue(context, arguments[i]);
  if (arguments != few) js_free(context, arguments);
  bool done = !JS_IsException(returned) && take_results(context, type, returned, cells);
  JS_FreeValue(context, returned);
  return done;
}

/* ---- memories */

JSValue wasm_memory_buffer(JSContext* context, WasmMemory* memory) {
  if (JS_IsUndefined(memory->buffer)) {
    JSValue buffer = JS_NewArrayBuffer(context, memory->data, memory->size, 0, wws_pinned_buffer,
                                       NULL, memory->limits.shared);
    if (JS_IsException(buffer)) return buffer;
    memory->buffer = buffer;
  }
  return JS_DupValue(context, memory->buffer);
}

/* https://webassembly.github.io/spec/js-api/#refresh-the-memory-buffer */
int64_t wasm_grow_memory_of(JSContext* context, WasmMemory* memory, uint32_t by) {
  int64_t before = wasm_grow_memory(memory, by);
  if (before < 0 || JS_IsUndefined(memory->buffer)) return before;
  if (!memory->limits.shared) JS_DetachArrayBuffer(context, memory->buffer);
  JS_FreeValue(context, memory->buffer);
  memory->buffer = JS_UNDEFINED;
  return before;
}

int wasm_values_init(JSContext* context) {
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &function_class);
  const JSClassDef definition = {.class_name = "Function", .call = call_function};
  if (JS_NewClass(runtime, function_class, &definition)) return -1;
  JSValue example = JS_NewCFunction(context, NULL, "", 0);
  JSValue prototype = JS_GetPrototype(context, example);
  JS_FreeValue(context, example);
  if (JS_IsException(prototype)) return -1;
  JS_SetClassProto(context, function_class, prototype);
  return 0;
}
