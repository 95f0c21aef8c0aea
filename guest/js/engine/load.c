/* From source text to a handler. */
#include <string.h>

#include "state.h"

/* NUL-terminated, as QuickJS's parser wants it. */
static char* copy_text(JSContext* context, wws_span text) {
  char* copy = js_malloc(context, text.size + 1);
  if (!copy) return NULL;
  memcpy(copy, text.at, text.size);
  copy[text.size] = 0;
  return copy;
}

static int fail(wws_engine* engine) {
  wws_report_exception(engine->context, WWS_FAULT_LOAD);
  engine->stage = WWS_LOAD_FAILED;
  engine->faulted = true;
  return -1;
}

/* `env` holds every variable; the global object those whose name is free. */
static int define_variable(wws_engine* engine, JSValueConst global, wws_span name, JSValue value) {
  JSContext* context = engine->context;
  JSAtom atom = JS_NewAtomLen(context, (const char*)name.at, name.size);
  int taken = atom == JS_ATOM_NULL ? -1 : JS_HasProperty(context, global, atom);
  int result = -1;
  if (taken < 0 || JS_IsException(value)) {
    JS_FreeValue(context, value);
  } else {
    if (taken == 0) {
      result =
          JS_DefinePropertyValue(context, global, atom, JS_DupValue(context, value), JS_PROP_C_W_E);
    }
    result = JS_DefinePropertyValue(context, engine->env, atom, value, JS_PROP_C_W_E);
  }
  JS_FreeAtom(context, atom);
  return result < 0 ? -1 : 0;
}

static int define_variables(wws_engine* engine, wws_reader* message) {
  JSContext* context = engine->context;
  engine->env = JS_NewObject(context);
  if (JS_IsException(engine->env)) return -1;
  JSValue global = JS_GetGlobalObject(context);
  uint32_t count = wws_read_u32(message);
  int result = 0;
  for (uint32_t i = 0; i < count && !message->bad && result == 0; ++i) {
    wws_span name = wws_read_str(message);
    wws_span value = wws_read_str(message);
    result = define_variable(engine, global, name,
                             JS_NewStringLen(context, (const char*)value.at, value.size));
  }
  JS_FreeValue(context, global);
  if (result < 0 || JS_FreezeObject(context, engine->env) < 0) return -1;
  return 0;
}

static JSValue compile_as(JSContext* context, const char* source, size_t size, const char* name,
                          int type) {
  return JS_Eval(context, source, size, name, type | JS_EVAL_FLAG_COMPILE_ONLY);
}

/* A text that is no script is taken as a module. When it is neither, the module's error is the one
 * to tell: a script's would blame the first `import` or `export` of a module. */
static JSValue compile_text(JSContext* context, uint32_t flags, const char* source, size_t size,
                            const char* name) {
  if (!(flags & WWS_COMPILE_MODULE)) {
    JSValue script = compile_as(context, source, size, name, JS_EVAL_TYPE_GLOBAL);
    if (!JS_IsException(script)) return script;
    JS_FreeValue(context, JS_GetException(context));
  }
  return compile_as(context, source, size, name, JS_EVAL_TYPE_MODULE);
}

int32_t wws_load_compile(wws_engine* engine, wws_reader* message) {
  JSContext* context = engine->context;
  uint32_t flags = wws_read_u32(message);
  wws_span name = wws_read_str(message);
  wws_span text = wws_read_str(message);
  if (engine->stage != WWS_LOAD_EMPTY || message->bad) {
    JS_ThrowInternalError(context, "compile: %s",
                          message->bad ? "the message is cut short" : "a worker is loaded already");
    return fail(engine);
  }
  if (define_variables(engine, message) < 0) return fail(engine);
  if (flags & WWS_COMPILE_MAPPED) wws_map_stacks();
  char* file_name = copy_text(context, name);
  char* source = copy_text(context, text);
  engine->compiled = file_name && source
                         ? compile_text(context, flags, source, text.size, file_name)
                         : JS_EXCEPTION;
  js_free(context, source);
  js_free(context, file_name);
  if (JS_IsException(engine->compiled)) return fail(engine);
  engine->module = wws_module_of(engine->compiled);
  engine->stage = WWS_LOAD_COMPILED;
  return 0;
}

static bool can_handle(JSContext* context, JSValueConst value) {
  if (JS_IsFunction(context, value)) return true;
  if (!JS_IsObject(value)) return false;
  JSValue fetch = JS_GetPropertyStr(context, value, "fetch");
  if (JS_IsException(fetch)) JS_FreeValue(context, JS_GetException(context));
  bool callable = JS_IsFunction(context, fetch);
  JS_FreeValue(context, fetch);
  return callable;
}

static int take_default_export(wws_engine* engine) {
  JSContext* context = engine->context;
  JSValue exports = JS_GetModuleNamespace(context, engine->module);
  if (JS_IsException(exports)) return -1;
  JSValue value = JS_GetPropertyStr(context, exports, "default");
  JS_FreeValue(context, exports);
  if (JS_IsException(value)) return -1;
  if (can_handle(context, value)) {
    engine->default_export = value;
  } else {
    JS_FreeValue(context, value);
  }
  return 0;
}

int wws_load_settle(JSContext* context) {
  wws_engine* engine = wws_engine_of(context);
  if (engine->stage != WWS_LOAD_RUNNING) return 0;
  JSPromiseStateEnum state = JS_PromiseState(context, engine->evaluation);
  if (state == JS_PROMISE_PENDING) return 0;
  if (state == JS_PROMISE_REJECTED) {
    JS_Throw(context, JS_PromiseResult(context, engine->evaluation));
    fail(engine);
  } else {
    engine->stage = WWS_LOAD_DONE;
    if (take_default_export(engine) < 0) fail(engine);
  }
  JS_FreeValue(context, engine->evaluation);
  engine->evaluation = JS_UNDEFINED;
  return 1;
}

void wws_load_stalled(wws_engine* engine) {
  if (engine->stage != WWS_LOAD_RUNNING) return;
  JS_ThrowTypeError(engine->context, "top-level await waits for a promise that nothing can settle");
  fail(engine);
}

/* A module that still waits may add a listener. */
static bool lacks_handler(const wws_engine* engine) {
  return engine->stage == WWS_LOAD_DONE && JS_IsUndefined(engine->listener) &&
         JS_IsUndefined(engine->default_export);
}

int32_t wws_load_evaluate(wws_engine* engine) {
  JSContext* context = engine->context;
  if (engine->stage != WWS_LOAD_COMPILED) {
    JS_ThrowInternalError(context, "evaluate: nothing was compiled");
    return fail(engine);
  }
  JSValue result = JS_EvalFunction(context, engine->compiled);
  engine->compiled = JS_UNDEFINED;
  if (JS_IsException(result)) return fail(engine);
  if (engine->module) {
    JS_PromiseMarkAsHandled(context, result);
    engine->evaluation = result;
    engine->stage = WWS_LOAD_RUNNING;
  } else {
    JS_FreeValue(context, result);
    engine->stage = WWS_LOAD_DONE;
  }
  int32_t state = wws_run(engine);
  wws_allocator_settle(engine->runtime);
  if (engine->stage == WWS_LOAD_FAILED) return -1;
  return lacks_handler(engine) ? state | WWS_STATE_NO_HANDLER : state;
}
