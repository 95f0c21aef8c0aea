/* FetchEvent, the `ctx` of a default export, and the global's addEventListener: "fetch" has the one
 * listener that counts, other types are those of an EventTarget. */
#include "fetch.h"

static JSValue wait_until(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  if (count < 1) return JS_ThrowTypeError(context, "waitUntil needs a promise");
  return wws_wait_until(context, values[0]) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

/* There is nothing behind this server to pass a request through to. */
static JSValue pass_through(JSContext* context, JSValueConst self, int count,
                            JSValueConst* values) {
  return JS_UNDEFINED;
}

static JSValue respond_with(JSContext* context, JSValueConst self, int count,
                            JSValueConst* values) {
  if (JS_GetClassID(self) != wws_fetch_of(context)->event_class) {
    return JS_ThrowTypeError(context, "respondWith is a method of the fetch event");
  }
  JSValueConst answer = count > 0 ? values[0] : JS_UNDEFINED;
  return wws_dispatch_answer(context, answer) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue get_request(JSContext* context, JSValueConst self) {
  return wws_current_request(context);
}

static JSValue get_type(JSContext* context, JSValueConst self) {
  return JS_NewString(context, "fetch");
}

static const JSCFunctionListEntry event_functions[] = {
    JS_CGETSET_DEF2("request", get_request, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    JS_CGETSET_DEF2("type", get_type, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    JS_CFUNC_DEF2("respondWith", 1, respond_with, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("waitUntil", 1, wait_until, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("passThroughOnException", 0, pass_through, JS_PROP_C_W_E),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "FetchEvent", JS_PROP_CONFIGURABLE),
};

static const JSCFunctionListEntry context_functions[] = {
    JS_CFUNC_DEF2("waitUntil", 1, wait_until, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("passThroughOnException", 0, pass_through, JS_PROP_C_W_E),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "ExecutionContext", JS_PROP_CONFIGURABLE),
};

static const JSClassDef event_class = {.class_name = "FetchEvent"};
static const JSClassDef context_class = {.class_name = "ExecutionContext"};

JSValue wws_fetch_event(JSContext* context) {
  return JS_NewObjectClass(context, (int)wws_fetch_of(context)->event_class);
}

JSValue wws_execution_context(JSContext* context) {
  return JS_NewObjectClass(context, (int)wws_fetch_of(context)->context_class);
}

static bool is_fetch(JSContext* context, JSValueConst type) {
  size_t size;
  JSValue text = JS_ToString(context, type);
  const uint8_t* at = JS_IsException(text) ? NULL : wws_string_latin1(context, text, &size);
  bool same = at && size == 5 && at[0] == 'f' && at[1] == 'e' && at[2] == 't' && at[3] == 'c' &&
              at[4] == 'h';
  JS_FreeValue(context, text);
  return same;
}

static JSValue add_listener(JSContext* context, JSValueConst self, int count,
                            JSValueConst* values) {
  if (count < 2) return JS_ThrowTypeError(context, "addEventListener needs a type and a listener");
  if (!is_fetch(context, values[0])) {
    return JS_HasException(context)
               ? JS_EXCEPTION
               : wws_fetch_internal(context, "addEventListener", count, values);
  }
  if (!JS_IsObject(values[1])) {
    return JS_ThrowTypeError(context, "addEventListener: the listener is not a function");
  }
  wws_engine* engine = wws_engine_of(context);
  JS_FreeValue(context, engine->listener);
  engine->listener = JS_DupValue(context, values[1]);
  return JS_UNDEFINED;
}

static JSValue remove_listener(JSContext* context, JSValueConst self, int count,
                               JSValueConst* values) {
  if (count < 2 || !is_fetch(context, values[0])) {
    return JS_HasException(context)
               ? JS_EXCEPTION
               : wws_fetch_internal(context, "removeEventListener", count, values);
  }
  wws_engine* engine = wws_engine_of(context);
  if (JS_IsStrictEqual(context, engine->listener, values[1])) {
    JS_FreeValue(context, engine->listener);
    engine->listener = JS_UNDEFINED;
  }
  return JS_UNDEFINED;
}

static JSValue dispatch_event(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values) {
  return wws_fetch_internal(context, "dispatchEvent", count, values);
}

static const JSCFunctionListEntry global_functions[] = {
    JS_CFUNC_DEF2("dispatchEvent", 1, dispatch_event, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("addEventListener", 2, add_listener, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("removeEventListener", 2, remove_listener, JS_PROP_C_W_E),
};

static JSValue illegal(JSContext* context, JSValueConst new_target, int count,
                       JSValueConst* values) {
  return JS_ThrowTypeError(context, "Illegal constructor");
}

static int define(JSContext* context, JSClassID* id, const JSClassDef* definition,
                  const JSCFunctionListEntry* functions, int count) {
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, id);
  if (JS_NewClass(runtime, *id, definition) < 0) return -1;
  JSValue constructor = wws_fetch_define_class(context, *id, definition->class_name, illegal, 0,
                                               functions, count, NULL, 0);
  if (JS_IsException(constructor)) return -1;
  JS_FreeValue(context, constructor);
  return 0;
}

int wws_event_init(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (define(context, &state->event_class, &event_class, event_functions,
             sizeof event_functions / sizeof *event_functions) < 0 ||
      define(context, &state->context_class, &context_class, context_functions,
             sizeof context_functions / sizeof *context_functions) < 0) {
    return -1;
  }
  JSValue global = JS_GetGlobalObject(context);
  int result = JS_SetPropertyFunctionList(context, global, global_functions,
                                          sizeof global_functions / sizeof *global_functions);
  JS_FreeValue(context, global);
  return result;
}
