/* Values, functions and memories as JavaScript sees them.
 * https://webassembly.github.io/spec/js-api/ */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_VALUES_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_VALUES_H

#include "wasm.h"

int wasm_values_init(JSContext* context);

/* https://webassembly.github.io/spec/js-api/#tojsvalue */
JSValue wasm_to_js(JSContext* context, uint8_t type, WasmCell value);
/* https://webassembly.github.io/spec/js-api/#towebassemblyvalue; -1 after an exception. */
int wasm_from_js(JSContext* context, uint8_t type, JSValueConst value, WasmCell* result);

/* The Exported Function, the same one each time. */
JSValue wasm_function_object(JSContext* context, WasmFunction* function);
/* What an Exported Function stands for; NULL for any other value. */
WasmFunction* wasm_function_of(JSValueConst value);

/* The ArrayBuffer of the memory, the same one until it grows. */
JSValue wasm_memory_buffer(JSContext* context, WasmMemory* memory);

/* Throws what a trap is in JavaScript. */
JSValue wasm_throw(JSContext* context, const char* trap);

#endif
