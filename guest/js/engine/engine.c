#include "engine.h"

#include <string.h>

#include "../builtins/node/node.h"
#include "state.h"

/* Exports have no context to come from: the one instance of an engine. */
static wws_engine the_engine;
static uint8_t the_mailbox[WWS_MAILBOX_SIZE] __attribute__((aligned(4096)));

/* Deep recursion must end in a RangeError before the Wasm stack (1 MiB of shadow stack, and what
 * the host allows) does. */
#ifndef WWS_STACK_SIZE
#define WWS_STACK_SIZE (256 * 1024)
#endif
/* A request's memory is thrown away, so cycles are collected only in those that make much. */
#define WWS_GC_THRESHOLD (8 * 1024 * 1024)

wws_engine* wws_engine_of(JSContext* context) { return JS_GetContextOpaque(context); }

void wws_on_event(JSContext* context, uint32_t kind, wws_event_function* function) {
  if (kind < WWS_EVENT_KINDS) wws_engine_of(context)->on_event[kind] = function;
}

void wws_on_settle(JSContext* context, wws_settle_function* function) {
  wws_engine* engine = wws_engine_of(context);
  if (engine->settle_count < WWS_SETTLE_FUNCTIONS) {
    engine->on_settle[engine->settle_count++] = function;
  }
}

void wws_operation_began(JSContext* context) { ++wws_engine_of(context)->operations; }

void wws_operation_ended(JSContext* context) {
  wws_engine* engine = wws_engine_of(context);
  if (engine->operations) --engine->operations;
}

JSValueConst wws_internals(JSContext* context) { return wws_engine_of(context)->internals; }

int wws_run_builtin(JSContext* context, const char* name, const char* source, size_t size) {
  JSValue function = JS_Eval(context, source, size, name, JS_EVAL_TYPE_GLOBAL);
  if (JS_IsException(function)) return -1;
  JSValueConst internals = wws_internals(context);
  JSValue result = JS_Call(context, function, JS_UNDEFINED, 1, &internals);
  JS_FreeValue(context, function);
  if (JS_IsException(result)) return -1;
  JS_FreeValue(context, result);
  return 0;
}

void* wws_list_push(JSContext* context, wws_list* list, size_t size) {
  if (list->count == list->capacity) {
    uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
    void* at = js_realloc(context, list->at, capacity * size);
    if (!at) return NULL;
    list->at = at;
    list->capacity = capacity;
  }
  return (uint8_t*)list->at + size * list->count++;
}

int wws_wait_until(JSContext* context, JSValueConst promise) {
  wws_engine* engine = wws_engine_of(context);
  JSValue* slot = wws_list_push(context, &engine->extending, sizeof(JSValue));
  if (!slot) return -1;
  *slot = JS_NewSettledPromise(context, false, promise);
  if (JS_IsException(*slot)) {
    --engine->extending.count;
    return -1;
  }
  return 0;
}

/* Forgets the waitUntil promises that have settled. A rejected one is reported like any other
 * rejection without a handler. */
static void sweep_extending(wws_engine* engine) {
  JSValue* promises = engine->extending.at;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < engine->extending.count; ++i) {
    if (JS_PromiseState(engine->context, promises[i]) == JS_PROMISE_PENDING) {
      promises[kept++] = promises[i];
    } else {
      JS_FreeValue(engine->context, promises[i]);
    }
  }
  engine->extending.count = kept;
}

/* What a microtask threw: as reportError() has it. */
static void report_thrown(wws_engine* engine) {
  JSContext* context = engine->context;
  JSValue report = JS_GetPropertyStr(context, engine->internals, "report");
  if (!JS_HasException(context) || !JS_IsFunction(context, report)) {
    JS_FreeValue(context, report);
    wws_report_exception(context, WWS_FAULT_REJECTION);
    return;
  }
  JSValue error = JS_GetException(context);
  JSValue result = JS_Call(context, report, JS_UNDEFINED, 1, (JSValueConst*)&error);
  JS_FreeValue(context, error);
  JS_FreeValue(context, report);
  if (JS_IsException(result)) wws_report_exception(context, WWS_FAULT_REJECTION);
  JS_FreeValue(context, result);
}

static void run_jobs(wws_engine* engine) {
  JSContext* context;
  int result;
  while ((result = JS_ExecutePendingJob(engine->runtime, &context)) != 0) {
    if (result < 0) report_thrown(engine);
    wws_leave_async_context(engine->context);
  }
}

static bool settle(wws_engine* engine) {
  bool moved = false;
  for (uint32_t i = 0; i < engine->settle_count; ++i) {
    int result = engine->on_settle[i](engine->context);
    if (result < 0) wws_report_exception(engine->context, WWS_FAULT_REJECTION);
    moved |= result != 0;
  }
  return moved;
}

static void run_dry(wws_engine* engine) {
  wws_leave_async_context(engine->context);
  do {
    run_jobs(engine);
  } while (settle(engine) || JS_IsJobPending(engine->runtime));
}

int32_t wws_run(wws_engine* engine) {
  run_dry(engine);
  /* A listener that is told of a rejection may start what is to be run. */
  while (engine->rejections.count) {
    wws_report_rejections(engine);
    run_dry(engine);
  }
  if (!engine->operations) {
    /* No event will ever come: what is pending now is pending for ever. */
    wws_load_stalled(engine);
    wws_dispatch_stalled(engine->context);
  }
  if (engine->rejections.count) wws_report_rejections(engine);
  if (engine->extending.count) sweep_extending(engine);
  int32_t state = engine->responded ? WWS_STATE_RESPONDED : 0;
  if (engine->operations) {
    state |= WWS_STATE_WAITING;
    if (engine->extending.count) state |= WWS_STATE_EXTENDED;
  }
  return state;
}

WWS_EXPORT(wws_mailbox) void* wws_mailbox(void) { return the_mailbox; }

WWS_EXPORT(wws_alloc) void* wws_alloc(int32_t size) {
  if (size <= 0) return NULL;
  return js_malloc_rt(the_engine.runtime, (size_t)size);
}

void wws_release_message(JSRuntime* runtime, const void* at) {
  if (at != the_mailbox) js_free_rt(runtime, (void*)at);
}

bool wws_is_mailbox(const void* at) { return at == the_mailbox; }

static char* keep_name(JSContext* context, const char* from, const char* name, void* opaque) {
  return js_strdup(context, name);
}

/* Files were put into the script by the host. */
static JSModuleDef* load_module(JSContext* context, const char* name, void* opaque) {
  JSModuleDef* own = wws_node_module(context, name);
  if (own || JS_HasException(context)) return own;
  JS_ThrowReferenceError(context,
                         "cannot import \"%s\": it is not part of the worker; files and "
                         "packages are imported by a name that is written out",
                         name);
  return NULL;
}

static int make_engine(wws_engine* engine) {
  engine->runtime = JS_NewRuntime();
  if (!engine->runtime) return -1;
  JS_SetGCThreshold(engine->runtime, WWS_GC_THRESHOLD);
  JS_SetMaxStackSize(engine->runtime, WWS_STACK_SIZE);
  JS_SetModuleLoaderFunc(engine->runtime, keep_name, load_module, NULL);
  engine->context = JS_NewContext(engine->runtime);
  if (!engine->context) return -1;
#ifdef __wasm__
  wws_platform_started();
#endif
  JS_SetContextOpaque(engine->context, engine);
  engine->internals = JS_NewObject(engine->context);
  engine->compiled = engine->evaluation = engine->env = engine->listener = engine->default_export =
      JS_UNDEFINED;
  wws_fault_init(engine);
  if (JS_IsException(engine->internals) || wws_internals_init(engine->context) < 0 ||
      wws_builtins_init(engine->context) < 0 || wws_make_functions(engine->context) < 0) {
    return -1;
  }
  wws_on_settle(engine->context, wws_load_settle);
  run_dry(engine);
  /* Here as well as after loading, so that a worker's image differs in few pages from the base. */
  wws_allocator_settle(engine->runtime);
  return engine->rejections.count || engine->operations ? -1 : 0;
}

WWS_EXPORT(wws_init) int32_t wws_init(void) {
  if (make_engine(&the_engine) == 0) return 0;
  if (the_engine.context) wws_report_exception(the_engine.context, WWS_FAULT_LOAD);
  return -1;
}

WWS_EXPORT(wws_compile) int32_t wws_compile(const void* at, int32_t size) {
  wws_reader message = wws_read_message(at, (size_t)size);
  int32_t result = wws_load_compile(&the_engine, &message);
  wws_release_message(the_engine.runtime, at);
  return result;
}

WWS_EXPORT(wws_evaluate) int32_t wws_evaluate(void) { return wws_load_evaluate(&the_engine); }

/* After a warm-up request the worker's image is taken. */
static void settle_warmed(wws_engine* engine) {
  if (!engine->warming || !engine->responded) return;
  engine->warming = false;
  wws_allocator_settle(engine->runtime);
}

WWS_EXPORT(wws_request) int32_t wws_request(const void* at, int32_t size) {
  wws_engine* engine = &the_engine;
  engine->responded = false;
  engine->faulted = false;
  /* The image holds a seed if a warm-up or code that is evaluated once drew a number. */
  wws_random_unseed(engine->context);
  wws_reader flags = wws_read_message(at, (size_t)size);
  engine->warming = wws_read_u32(&flags) & WWS_REQUEST_WARMUP;
  if (wws_dispatch_request(engine->context, at, (size_t)size) < 0) {
    wws_report_exception(engine->context, WWS_FAULT_HANDLER);
  }
  int32_t state = wws_run(engine);
  wws_dispatch_detach(engine->context);
  settle_warmed(engine);
  return state;
}

WWS_EXPORT(wws_event) int32_t wws_event(const void* at, int32_t size) {
  wws_engine* engine = &the_engine;
  wws_reader message = wws_read_message(at, (size_t)size);
  uint32_t kind = wws_read_u32(&message);
  uint32_t id = wws_read_u32(&message);
  wws_event_function* function = kind < WWS_EVENT_KINDS ? engine->on_event[kind] : NULL;
  if (!message.bad && function && function(engine->context, id, &message) < 0) {
    wws_report_exception(engine->context, WWS_FAULT_REJECTION);
  }
  wws_release_message(engine->runtime, at);
  int32_t state = wws_run(engine);
  settle_warmed(engine);
  return engine->stage == WWS_LOAD_FAILED ? -1 : state;
}
