#include "lazy.h"

#include <string.h>

#include "../common/common.h"
#include "embedded.h"

/* A script above kLargest is compiled at its first use: its bytecode would fill the image. */
enum { kScriptNames = 8, kLargest = 64 * 1024 };

typedef struct Script {
  const char* name;
  const char* source;
  const size_t* size;
  const char* globals[kScriptNames];
} Script;

static const Script kScripts[] = {
    {"webidl", wws_js_webidl, &wws_js_webidl_size, {NULL}},
    {"cryptoAlgorithms", wws_js_crypto_algorithms, &wws_js_crypto_algorithms_size, {NULL}},
    {"cryptoKeys", wws_js_crypto_keys, &wws_js_crypto_keys_size, {NULL}},
    {"subtle", wws_js_subtle, &wws_js_subtle_size, {"CryptoKey", "SubtleCrypto"}},
    {"pattern", wws_js_pattern, &wws_js_pattern_size, {"URLPattern"}},
    {"blob", wws_js_blob, &wws_js_blob_size, {"Blob", "File"}},
    {"fileReader",
     wws_js_file_reader,
     &wws_js_file_reader_size,
     {"FileList", "FileReader", "FileReaderSync", "ProgressEvent"}},
    {"objectUrl", wws_js_object_url, &wws_js_object_url_size, {NULL}},
    {"formData", wws_js_form_data, &wws_js_form_data_size, {"FormData"}},
    {"dataUrl", wws_js_data_url, &wws_js_data_url_size, {NULL}},
    {"caches", wws_js_caches, &wws_js_caches_size, {"CacheStorage", "caches"}},
    {"compression",
     wws_js_compression,
     &wws_js_compression_size,
     {"CompressionStream", "DecompressionStream"}},
    {"messaging",
     wws_js_messaging,
     &wws_js_messaging_size,
     {"BroadcastChannel", "MessageChannel", "MessagePort"}},
    {"timing",
     wws_js_timing,
     &wws_js_timing_size,
     {"PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver",
      "PerformanceObserverEntryList"}},
    {"webAssembly", wws_js_webassembly, &wws_js_webassembly_size, {"WebAssembly"}},
    {"webSocket",
     wws_js_websocket,
     &wws_js_websocket_size,
     {"CloseEvent", "WebSocket", "WebSocketPair"}},
    {"node", wws_js_node, &wws_js_node_size, {NULL}},
    {"legacyEncodings", wws_js_legacy_encodings, &wws_js_legacy_encodings_size, {NULL}},
    {"legacy", wws_js_legacy, &wws_js_legacy_size, {NULL}},
};

static JSValue compiled[WWS_COUNT(kScripts)];
static JSValue exports[WWS_COUNT(kScripts)];

static int compile(JSContext* context, int at) {
  const Script* script = &kScripts[at];
  compiled[at] = JS_Eval(context, script->source, *script->size, script->name,
                         JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  return JS_IsException(compiled[at]) ? -1 : 0;
}

/* A reference to what script number `at` defines. */
static JSValue use_script(JSContext* context, int at) {
  if (JS_IsUndefined(exports[at])) {
    if (JS_IsUndefined(compiled[at]) && compile(context, at)) {
      compiled[at] = JS_UNDEFINED;
      return JS_EXCEPTION;
    }
    JSValue function = JS_EvalFunction(context, JS_DupValue(context, compiled[at]));
    if (JS_IsException(function)) {
      return function;
    }
    JSValueConst internals = wws_internals(context);
    JSValue result = JS_Call(context, function, JS_UNDEFINED, 1, &internals);
    JS_FreeValue(context, function);
    if (JS_IsException(result)) {
      return result;
    }
    exports[at] = result;
  }
  return JS_DupValue(context, exports[at]);
}

static int find_script(const char* name) {
  for (int i = 0; i < WWS_COUNT(kScripts); i++) {
    if (!strcmp(kScripts[i].name, name)) {
      return i;
    }
  }
  return -1;
}

static JSValue use_named(JSContext* context, const char* name) {
  int at = find_script(name);
  return at < 0 ? JS_ThrowInternalError(context, "no builtin \"%s\"", name)
                : use_script(context, at);
}

static JSValue internal_use(JSContext* context, JSValueConst this_value, int argc,
                            JSValueConst* argv) {
  (void)this_value;
  const char* name = argc > 0 ? JS_ToCString(context, argv[0]) : NULL;
  if (!name) {
    return JS_EXCEPTION;
  }
  JSValue result = use_named(context, name);
  JS_FreeCString(context, name);
  return result;
}

JSValue wws_lazy_object(JSContext* context, const char* script) {
  return use_named(context, script);
}

JSValue wws_lazy_value(JSContext* context, const char* script, const char* name) {
  JSValue object = use_named(context, script);
  if (JS_IsException(object)) {
    return object;
  }
  JSValue value = JS_GetPropertyStr(context, object, name);
  JS_FreeValue(context, object);
  return value;
}

JSValue wws_lazy_global(JSContext* context, JSAtom name, int script) {
  JSValue object = use_script(context, script);
  if (JS_IsException(object)) {
    return object;
  }
  JSValue value = JS_GetProperty(context, object, name);
  JS_FreeValue(context, object);
  return value;
}

static int define_script(JSContext* context, int at) {
  const Script* script = &kScripts[at];
  exports[at] = JS_UNDEFINED;
  compiled[at] = JS_UNDEFINED;
  if (*script->size <= kLargest && compile(context, at)) {
    return -1;
  }
  JSValue global = JS_GetGlobalObject(context);
  int result = 0;
  for (int i = 0; i < kScriptNames && script->globals[i] && result >= 0; i++) {
    result = wws_define_lazy(context, global, script->globals[i], at);
  }
  JS_FreeValue(context, global);
  return result < 0 ? -1 : 0;
}

int wws_builtin_lazy(JSContext* context) {
  static const JSCFunctionListEntry kFunctions[] = {JS_CFUNC_DEF("use", 1, internal_use)};
  if (wws_extend_internals(context, kFunctions, WWS_COUNT(kFunctions))) {
    return -1;
  }
  for (int i = 0; i < WWS_COUNT(kScripts); i++) {
    if (define_script(context, i)) {
      return -1;
    }
  }
  return 0;
}
