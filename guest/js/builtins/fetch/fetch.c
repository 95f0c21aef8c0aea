#include "fetch.h"

#include <string.h>

#include "builtins.h"
#include "embedded.h"

wws_fetch_state* wws_fetch_of(JSContext* context) { return wws_engine_of(context)->fetch; }

wws_blob* wws_blob_new(JSContext* context, const uint8_t* at, size_t size) {
  wws_blob* blob = js_malloc(context, sizeof *blob);
  if (!blob) return NULL;
  blob->references = 1;
  blob->size = size;
  blob->at = js_malloc(context, size ? size : 1);
  if (!blob->at) {
    js_free(context, blob);
    return NULL;
  }
  if (size) memcpy(blob->at, at, size);
  return blob;
}

wws_blob* wws_blob_dup(wws_blob* blob) {
  ++blob->references;
  return blob;
}

void wws_blob_free(JSRuntime* runtime, wws_blob* blob) {
  if (!blob || --blob->references) return;
  wws_release_message(runtime, blob->at);
  js_free_rt(runtime, blob);
}

JSValue wws_fetch_define_class(JSContext* context, JSClassID class_id, const char* name,
                               JSCFunction* constructor, int length,
                               const JSCFunctionListEntry* functions, int count,
                               const JSCFunctionListEntry* statics, int static_count) {
  JSValue prototype = JS_NewObject(context);
  JSValue function = JS_NewCFunction2(context, constructor, name, length, JS_CFUNC_constructor, 0);
  if (JS_IsException(prototype) || JS_IsException(function) ||
      JS_SetPropertyFunctionList(context, prototype, functions, count) < 0 ||
      JS_SetPropertyFunctionList(context, function, statics, static_count) < 0 ||
      JS_SetConstructor(context, function, prototype) < 0) {
    return JS_EXCEPTION;
  }
  JS_SetClassProto(context, class_id, prototype);
  JSValue global = JS_GetGlobalObject(context);
  int result = JS_DefinePropertyValueStr(context, global, name, JS_DupValue(context, function),
                                         JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
  JS_FreeValue(context, global);
  return result < 0 ? JS_EXCEPTION : function;
}

JSValue wws_fetch_construct(JSContext* context, JSValueConst new_target, JSValueConst constructor,
                            JSClassID class_id) {
  if (JS_VALUE_GET_PTR(new_target) == JS_VALUE_GET_PTR(constructor)) {
    return JS_NewObjectClass(context, class_id);
  }
  JSValue prototype = JS_GetProperty(context, new_target, wws_fetch_of(context)->atoms.prototype);
  if (JS_IsException(prototype)) return JS_EXCEPTION;
  JSValue object = JS_IsObject(prototype) ? JS_NewObjectProtoClass(context, prototype, class_id)
                                          : JS_NewObjectClass(context, class_id);
  JS_FreeValue(context, prototype);
  return object;
}

JSValue wws_fetch_internal(JSContext* context, const char* name, int count, JSValueConst* values) {
  JSValueConst internals = wws_internals(context);
  JSValue function = JS_GetPropertyStr(context, internals, name);
  JSValue result = JS_Call(context, function, internals, count, values);
  JS_FreeValue(context, function);
  return result;
}

static void make_atoms(JSContext* context, wws_fetch_state* state) {
#define X(name) state->atoms.name = JS_NewAtom(context, #name);
  WWS_FETCH_ATOMS(X)
#undef X
}

/* Symbol[name] as an atom. */
static JSAtom well_known(JSContext* context, JSValueConst global, const char* name) {
  JSValue symbols = JS_GetPropertyStr(context, global, "Symbol");
  JSValue symbol = JS_GetPropertyStr(context, symbols, name);
  JSAtom atom = JS_ValueToAtom(context, symbol);
  JS_FreeValue(context, symbol);
  JS_FreeValue(context, symbols);
  return atom;
}

int wws_builtin_fetch(JSContext* context) {
  wws_fetch_state* state = js_mallocz(context, sizeof *state);
  if (!state) return -1;
  wws_engine_of(context)->fetch = state;
  make_atoms(context, state);
  JSValue global = JS_GetGlobalObject(context);
  state->symbol_iterator = well_known(context, global, "iterator");
  state->symbol_to_primitive = well_known(context, global, "toPrimitive");
  /* Taken now: a worker that replaces the global does not change what bodies are. */
  state->readable_stream = JS_GetPropertyStr(context, global, "ReadableStream");
  JS_FreeValue(context, global);
  state->request_object = state->answer = state->handler_result = state->client_signal =
      JS_UNDEFINED;
  if (wws_headers_class_init(context) < 0 || wws_request_class_init(context) < 0 ||
      wws_response_class_init(context) < 0 || wws_stream_init(context) < 0 ||
      wws_pump_init(context) < 0 || wws_outgoing_init(context) < 0 || wws_event_init(context) < 0 ||
      wws_dispatch_init(context) < 0) {
    return -1;
  }
  return wws_run_builtin(context, "wws:body", wws_js_body, wws_js_body_size);
}
