#include "common.h"

#include <string.h>

#include "embedded.h"

/* The first class that is ours. */
static JSClassID platform_class;
/* That of {}. */
static JSClassID plain_class;

static JSValue illegal_constructor(JSContext* context, JSValueConst new_target, int argc,
                                   JSValueConst* argv) {
  (void)new_target, (void)argc, (void)argv;
  return JS_ThrowTypeError(context, "Illegal constructor");
}

static int register_class(JSContext* context, JSClassID* id, const WwsClass* definition) {
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, id);
  if (JS_IsRegisteredClass(runtime, *id)) {
    return 0;
  }
  const JSClassDef class_definition = {.class_name = definition->name,
                                       .finalizer = definition->finalizer,
                                       .gc_mark = definition->mark};
  return JS_NewClass(runtime, *id, &class_definition);
}

int wws_define_class(JSContext* context, JSClassID* id, const WwsClass* definition) {
  if (register_class(context, id, definition)) {
    return -1;
  }
  JSCFunction* function = definition->constructor ? definition->constructor : illegal_constructor;
  JSValue constructor = JS_NewCFunction2(context, function, definition->name, definition->length,
                                         JS_CFUNC_constructor, 0);
  JSValue prototype = JS_NewObject(context);
  if (JS_IsException(constructor) || JS_IsException(prototype)) {
    JS_FreeValue(context, constructor);
    JS_FreeValue(context, prototype);
    return -1;
  }
  JS_SetPropertyFunctionList(context, prototype, definition->members, definition->member_count);
  JS_SetPropertyFunctionList(context, constructor, definition->statics, definition->static_count);
  JS_DefinePropertyValueStr(context, constructor, "prototype", JS_DupValue(context, prototype), 0);
  JS_DefinePropertyValueStr(context, prototype, "constructor", JS_DupValue(context, constructor),
                            JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  JS_SetClassProto(context, *id, prototype);
  return wws_define_global(context, definition->name, constructor);
}

int wws_define_iterator_class(JSContext* context, JSClassID* id, const WwsClass* definition) {
  if (register_class(context, id, definition)) {
    return -1;
  }
  JSValue parent = JS_GetPropertyStr(context, wws_internals(context), "IteratorPrototype");
  JSValue prototype = JS_NewObjectProto(context, parent);
  JS_FreeValue(context, parent);
  if (JS_IsException(prototype)) {
    return -1;
  }
  JS_SetPropertyFunctionList(context, prototype, definition->members, definition->member_count);
  JS_SetClassProto(context, *id, prototype);
  return 0;
}

JSValue wws_construct(JSContext* context, JSValueConst new_target, JSClassID id) {
  JSValue prototype = JS_GetPropertyStr(context, new_target, "prototype");
  if (JS_IsException(prototype)) {
    return JS_EXCEPTION;
  }
  JSValue object = JS_IsObject(prototype) ? JS_NewObjectProtoClass(context, prototype, id)
                                          : JS_NewObjectClass(context, id);
  JS_FreeValue(context, prototype);
  return object;
}

void* wws_unwrap(JSContext* context, JSValueConst value, JSClassID id) {
  void* opaque = JS_GetOpaque(value, id);
  if (!opaque) {
    JS_ThrowTypeError(context, "Illegal invocation");
  }
  return opaque;
}

int wws_define_global(JSContext* context, const char* name, JSValue value) {
  if (JS_IsException(value)) {
    return -1;
  }
  JSValue global = JS_GetGlobalObject(context);
  int result = JS_DefinePropertyValueStr(context, global, name, value,
                                         JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
  JS_FreeValue(context, global);
  return result < 0 ? -1 : 0;
}

int wws_require_arguments(JSContext* context, int argc, int needed, const char* function) {
  if (argc >= needed) {
    return 0;
  }
  JS_ThrowTypeError(context, "%s: %d argument%s required, but only %d present", function, needed,
                    needed == 1 ? "" : "s", argc);
  return -1;
}

int wws_extend_internals(JSContext* context, const JSCFunctionListEntry* entries, int count) {
  return JS_SetPropertyFunctionList(context, wws_internals(context), entries, count) < 0 ? -1 : 0;
}

JSValue wws_call_internal(JSContext* context, const char* name, int argc, JSValueConst* argv) {
  JSValue function = JS_GetPropertyStr(context, wws_internals(context), name);
  if (JS_IsException(function)) {
    return JS_EXCEPTION;
  }
  JSValue result = JS_Call(context, function, JS_UNDEFINED, argc, argv);
  JS_FreeValue(context, function);
  return result;
}

/* QuickJS gives lone surrogates as three bytes ED A0..BF xx, as long as U+FFFD's EF BF BD. */
static const char* find_surrogate(const char* data, const char* end) {
  while (data < end && (data = memchr(data, 0xED, (size_t)(end - data)))) {
    if (end - data >= 3 && (uint8_t)data[1] >= 0xA0) {
      return data;
    }
    data++;
  }
  return NULL;
}

int wws_text_from(JSContext* context, JSValueConst value, WwsText* text) {
  memset(text, 0, sizeof(*text));
  text->borrowed = JS_ToCStringLen(context, &text->size, value);
  if (!text->borrowed) {
    return -1;
  }
  text->data = text->borrowed;
  const char* bad = find_surrogate(text->data, text->data + text->size);
  if (!bad) {
    return 0;
  }
  text->owned = js_malloc(context, text->size);
  if (!text->owned) {
    wws_text_free(context, text);
    return -1;
  }
  memcpy(text->owned, text->borrowed, text->size);
  const char* end = text->owned + text->size;
  char* at = text->owned + (bad - text->borrowed);
  while (at) {
    memcpy(at, "\xEF\xBF\xBD", 3);
    at = (char*)find_surrogate(at + 3, end);
  }
  text->data = text->owned;
  return 0;
}

void wws_text_free(JSContext* context, WwsText* text) {
  if (text->borrowed) {
    JS_FreeCString(context, text->borrowed);
  }
  js_free(context, text->owned);
  memset(text, 0, sizeof(*text));
}

JSValue wws_to_usv_string(JSContext* context, JSValueConst value) {
  WwsText text;
  JSValue string = JS_ToString(context, value);
  if (JS_IsException(string) || wws_text_from(context, string, &text)) {
    JS_FreeValue(context, string);
    return JS_EXCEPTION;
  }
  if (text.owned) {
    JS_FreeValue(context, string);
    string = JS_NewStringLen(context, text.data, text.size);
  }
  wws_text_free(context, &text);
  return string;
}

static int refuse_buffer(JSContext* context) {
  JS_ThrowTypeError(context, "The argument must be an ArrayBuffer or a view on one");
  return -1;
}

/* A typed array over a SharedArrayBuffer. */
static bool is_shared_view(JSContext* context, JSValueConst value) {
  if (JS_GetTypedArrayType(value) < 0) {
    return false;
  }
  JSValue buffer = JS_GetTypedArrayBuffer(context, value, NULL, NULL, NULL);
  if (JS_IsException(buffer)) { /* it is detached, and was not shared */
    JS_FreeValue(context, JS_GetException(context));
    return false;
  }
  bool shared = !JS_IsArrayBuffer(buffer);
  JS_FreeValue(context, buffer);
  return shared;
}

int wws_buffer_source(JSContext* context, JSValueConst value, uint8_t** data, size_t* size) {
  if (!wws_is_buffer(value) || is_shared_view(context, value)) {
    return refuse_buffer(context);
  }
  *data = wws_buffer_bytes(context, value, size);
  return 0;
}

int wws_shared_buffer_source(JSContext* context, JSValueConst value, uint8_t** data, size_t* size) {
  if (wws_is_buffer(value)) {
    *data = wws_buffer_bytes(context, value, size);
    return 0;
  }
  *data = JS_IsObject(value) ? JS_GetArrayBuffer(context, size, value) : NULL;
  return *data ? 0 : refuse_buffer(context);
}

/* What a value is inside, whatever its prototype says. Scripts compare with internals.kinds. */
enum {
  KIND_OTHER,
  KIND_ARRAY,
  KIND_MAP,
  KIND_SET,
  KIND_DATE,
  KIND_REGEXP,
  KIND_ERROR,
  KIND_ARRAY_BUFFER,
  KIND_TYPED_ARRAY,
  KIND_DATA_VIEW,
  KIND_PROMISE,
  KIND_PROXY,
  KIND_FUNCTION,
  KIND_WEAK,
  KIND_PRIMITIVE_OBJECT,
  KIND_PLATFORM,
  KIND_STRANGE, /* iterators, generators and the like */
};

/* Where QuickJS has no public test: by the name of the class, which no script can change. */
static int kind_by_name(JSContext* context, JSValueConst value) {
  static const char* const kPrimitives[] = {"Number", "String", "Boolean", "Symbol", "BigInt"};
  JSAtom atom = JS_GetClassName(JS_GetRuntime(context), JS_GetClassID(value));
  const char* name = JS_AtomToCString(context, atom);
  JS_FreeAtom(context, atom);
  int kind = KIND_STRANGE;
  if (name && !strcmp(name, "DOMException")) {
    kind = KIND_ERROR;
  } else if (name && !strcmp(name, "Arguments")) {
    kind = KIND_OTHER;
  }
  for (int i = 0; name && i < WWS_COUNT(kPrimitives); i++) {
    if (!strcmp(name, kPrimitives[i])) {
      kind = KIND_PRIMITIVE_OBJECT;
    }
  }
  JS_FreeCString(context, name);
  return kind;
}

/* Classes are numbered in the order of their registration; ours come after QuickJS's. */
static bool has_class(JSValueConst value, JSClassID first) { return JS_GetClassID(value) >= first; }

static bool is_weak(JSValueConst value) {
  return JS_IsWeakMap(value) || JS_IsWeakSet(value) || JS_IsWeakRef(value);
}

static int kind_of(JSContext* context, JSValueConst value) {
  if (JS_GetClassID(value) == plain_class) return KIND_OTHER;
  if (JS_IsProxy(value)) return KIND_PROXY;
  if (JS_IsArray(value)) return KIND_ARRAY;
  if (JS_IsFunction(context, value)) return KIND_FUNCTION;
  if (JS_IsError(value)) return KIND_ERROR;
  if (JS_IsMap(value)) return KIND_MAP;
  if (JS_IsSet(value)) return KIND_SET;
  if (JS_IsDate(value)) return KIND_DATE;
  if (JS_IsRegExp(value)) return KIND_REGEXP;
  if (JS_IsArrayBuffer(value)) return KIND_ARRAY_BUFFER;
  if (JS_GetTypedArrayType(value) >= 0) return KIND_TYPED_ARRAY;
  if (JS_IsDataView(value)) return KIND_DATA_VIEW;
  if (JS_IsPromise(value)) return KIND_PROMISE;
  if (is_weak(value)) return KIND_WEAK;
  return has_class(value, platform_class) ? KIND_PLATFORM : kind_by_name(context, value);
}

static JSValue internal_kind(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  (void)this_value;
  return JS_NewInt32(context, argc > 0 ? kind_of(context, argv[0]) : KIND_OTHER);
}

static JSValue internal_class_name(JSContext* context, JSValueConst this_value, int argc,
                                   JSValueConst* argv) {
  (void)this_value;
  if (argc < 1 || !JS_IsObject(argv[0])) {
    return JS_NewString(context, "");
  }
  JSAtom atom = JS_GetClassName(JS_GetRuntime(context), JS_GetClassID(argv[0]));
  JSValue name = JS_AtomToString(context, atom);
  JS_FreeAtom(context, atom);
  return name;
}

static JSValue internal_promise_state(JSContext* context, JSValueConst this_value, int argc,
                                      JSValueConst* argv) {
  (void)this_value;
  return JS_NewInt32(context, argc > 0 ? (int)JS_PromiseState(context, argv[0]) : -1);
}

static JSValue internal_promise_result(JSContext* context, JSValueConst this_value, int argc,
                                       JSValueConst* argv) {
  (void)this_value;
  return argc > 0 ? JS_PromiseResult(context, argv[0]) : JS_UNDEFINED;
}

static JSValue internal_mark_handled(JSContext* context, JSValueConst this_value, int argc,
                                     JSValueConst* argv) {
  (void)this_value;
  if (argc > 0) {
    JS_PromiseMarkAsHandled(context, argv[0]);
  }
  return JS_UNDEFINED;
}

static JSValue internal_proxy_target(JSContext* context, JSValueConst this_value, int argc,
                                     JSValueConst* argv) {
  (void)this_value;
  return argc > 0 ? JS_GetProxyTarget(context, argv[0]) : JS_UNDEFINED;
}

static JSValue internal_usv_string(JSContext* context, JSValueConst this_value, int argc,
                                   JSValueConst* argv) {
  (void)this_value;
  return wws_to_usv_string(context, argc > 0 ? argv[0] : JS_UNDEFINED);
}

static JSValue internal_is_buffer(JSContext* context, JSValueConst this_value, int argc,
                                  JSValueConst* argv) {
  (void)this_value;
  return JS_NewBool(context, argc > 0 && wws_is_buffer(argv[0]));
}

/* A Uint8Array with the bytes of a BufferSource, on a buffer of its own. */
static JSValue internal_copy_bytes(JSContext* context, JSValueConst this_value, int argc,
                                   JSValueConst* argv) {
  (void)this_value;
  uint8_t* data = NULL;
  size_t size = 0;
  if (argc < 1 || wws_buffer_source(context, argv[0], &data, &size)) {
    return JS_EXCEPTION;
  }
  return JS_NewUint8ArrayCopy(context, size ? data : (const uint8_t*)"", size);
}

static JSValue internal_fill_random(JSContext* context, JSValueConst this_value, int argc,
                                    JSValueConst* argv) {
  (void)this_value;
  uint8_t* data = NULL;
  size_t size = 0;
  if (argc < 1 || wws_buffer_source(context, argv[0], &data, &size)) {
    return JS_EXCEPTION;
  }
  if (size) {
    wws_host_random(data, size);
  }
  return JS_UNDEFINED;
}

/* ---- the clock of performance: https://w3c.github.io/hr-time/ ---- */

static JSValue internal_now(JSContext* context, JSValueConst this_value, int argc,
                            JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  return JS_NewFloat64(context, (double)wws_host_now(WWS_CLOCK_MONOTONIC) / 1e6);
}

static JSValue internal_origin(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  int64_t since_origin = wws_host_now(WWS_CLOCK_MONOTONIC);
  int64_t origin = (wws_host_now(WWS_CLOCK_REALTIME) - since_origin) / 1000000;
  return JS_NewFloat64(context, (double)origin);
}

static const JSCFunctionListEntry internal_functions[] = {
    JS_CFUNC_DEF("performanceNow", 0, internal_now),
    JS_CFUNC_DEF("performanceOrigin", 0, internal_origin),
    JS_CFUNC_DEF("isBuffer", 1, internal_is_buffer),
    JS_CFUNC_DEF("copyBytes", 1, internal_copy_bytes),
    JS_CFUNC_DEF("fillRandom", 1, internal_fill_random),
    JS_CFUNC_DEF("kind", 1, internal_kind),
    JS_CFUNC_DEF("className", 1, internal_class_name),
    JS_CFUNC_DEF("promiseState", 1, internal_promise_state),
    JS_CFUNC_DEF("promiseResult", 1, internal_promise_result),
    JS_CFUNC_DEF("markHandled", 1, internal_mark_handled),
    JS_CFUNC_DEF("proxyTarget", 1, internal_proxy_target),
    JS_CFUNC_DEF("toUSVString", 1, internal_usv_string),
};

static const JSCFunctionListEntry kinds[] = {
    JS_PROP_INT32_DEF("OTHER", KIND_OTHER, 0),
    JS_PROP_INT32_DEF("ARRAY", KIND_ARRAY, 0),
    JS_PROP_INT32_DEF("MAP", KIND_MAP, 0),
    JS_PROP_INT32_DEF("SET", KIND_SET, 0),
    JS_PROP_INT32_DEF("DATE", KIND_DATE, 0),
    JS_PROP_INT32_DEF("REGEXP", KIND_REGEXP, 0),
    JS_PROP_INT32_DEF("ERROR", KIND_ERROR, 0),
    JS_PROP_INT32_DEF("ARRAY_BUFFER", KIND_ARRAY_BUFFER, 0),
    JS_PROP_INT32_DEF("TYPED_ARRAY", KIND_TYPED_ARRAY, 0),
    JS_PROP_INT32_DEF("DATA_VIEW", KIND_DATA_VIEW, 0),
    JS_PROP_INT32_DEF("PROMISE", KIND_PROMISE, 0),
    JS_PROP_INT32_DEF("PROXY", KIND_PROXY, 0),
    JS_PROP_INT32_DEF("FUNCTION", KIND_FUNCTION, 0),
    JS_PROP_INT32_DEF("WEAK", KIND_WEAK, 0),
    JS_PROP_INT32_DEF("PRIMITIVE_OBJECT", KIND_PRIMITIVE_OBJECT, 0),
    JS_PROP_INT32_DEF("PLATFORM", KIND_PLATFORM, 0),
    JS_PROP_INT32_DEF("STRANGE", KIND_STRANGE, 0),
};

static int define_kinds(JSContext* context) {
  JSValue names = JS_NewObject(context);
  if (JS_IsException(names)) {
    return -1;
  }
  plain_class = JS_GetClassID(names);
  JS_SetPropertyFunctionList(context, names, kinds, WWS_COUNT(kinds));
  return JS_DefinePropertyValueStr(context, wws_internals(context), "kinds", names, JS_PROP_C_W_E) <
                 0
             ? -1
             : 0;
}

int wws_builtin_common(JSContext* context) {
  JS_NewClassID(JS_GetRuntime(context), &platform_class);
  if (define_kinds(context) ||
      wws_extend_internals(context, internal_functions, WWS_COUNT(internal_functions))) {
    return -1;
  }
  return wws_run_builtin(context, "wws:common", wws_js_common, wws_js_common_size);
}
