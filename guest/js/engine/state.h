/* The engine's own state; for the files of engine/ and the fetch builtin's dispatch only. */
#ifndef WWS_GUEST_JS_ENGINE_STATE_H
#define WWS_GUEST_JS_ENGINE_STATE_H

#include "engine.h"

#define WWS_SETTLE_FUNCTIONS 8

typedef enum {
  WWS_LOAD_EMPTY,
  WWS_LOAD_COMPILED,
  WWS_LOAD_RUNNING, /* a module's top-level await is under way */
  WWS_LOAD_DONE,
  WWS_LOAD_FAILED
} wws_load_stage;

typedef struct {
  JSValue promise;
  JSValue reason;
} wws_rejection;

typedef struct {
  void* at;
  uint32_t count;
  uint32_t capacity;
} wws_list;

struct wws_engine {
  JSRuntime* runtime;
  JSContext* context;
  JSValue internals;
  wws_event_function* on_event[WWS_EVENT_KINDS];
  wws_settle_function* on_settle[WWS_SETTLE_FUNCTIONS];
  uint32_t settle_count;
  uint32_t operations;
  wws_list rejections; /* of wws_rejection */
  wws_list extending;  /* of JSValue: promises given to waitUntil */

  wws_load_stage stage;
  JSValue compiled;
  JSValue evaluation;  /* the promise of a module's evaluation */
  JSModuleDef* module; /* owned by the context */
  JSValue env;
  JSValue listener;       /* addEventListener("fetch", ...) */
  JSValue default_export; /* object with fetch(), or function; undefined without */

  void* fetch; /* wws_fetch_state */

  bool responded; /* nothing is left to send for the current request */
  bool faulted;   /* the current load or request ended in a fault */
  bool warming;   /* the request is a declared warm-up */
};

/* Room for one more element of `size` bytes at the end; NULL after an exception. */
void* wws_list_push(JSContext* context, wws_list* list, size_t size);

/* Runs jobs and settle functions until nothing moves, reports what was thrown, and gives the state
 * mask for the host. */
int32_t wws_run(wws_engine* engine);

/* engine.c: the message was consumed; frees it unless it is the mailbox. */
void wws_release_message(JSRuntime* runtime, const void* at);
bool wws_is_mailbox(const void* at);

/* load.c */
int32_t wws_load_compile(wws_engine* engine, wws_reader* message);
int32_t wws_load_evaluate(wws_engine* engine);
/* Looks whether a module's evaluation has settled. */
int wws_load_settle(JSContext* context);
void wws_load_stalled(wws_engine* engine);

/* fault.c */
void wws_fault_init(wws_engine* engine);
void wws_report_rejections(wws_engine* engine);

/* builtins.c */
int wws_builtins_init(JSContext* context);

/* builtins/fetch: begins a request; its settle function answers it. */
int wws_dispatch_request(JSContext* context, const void* at, size_t size);
/* After the request's first turn: the message's bytes are about to go. */
void wws_dispatch_detach(JSContext* context);
/* Nothing can settle any more: false when the request cannot be answered. */
void wws_dispatch_stalled(JSContext* context);

#endif
