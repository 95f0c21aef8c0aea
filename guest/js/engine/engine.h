/* The engine's state and what builtins may ask of it.
 *
 * One engine lives in one Wasm instance; builtins reach it through wws_engine_of(context). A
 * builtin is a function `int wws_builtin_x(JSContext *)` named in builtins.c, called once, in
 * order, when the base image is made; -1 after an exception. JavaScript sources are embedded by
 * CMake (wws_js_embed) and run by wws_run_builtin: each is one expression, a function that is
 * called with the `internals` object, where C leaves what only builtins may see. */
#ifndef WWS_GUEST_JS_ENGINE_ENGINE_H
#define WWS_GUEST_JS_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "host.h"
#include "internals.h"
#include "message.h"
#include "quickjs.h"

#define WWS_EVENT_KINDS 10

typedef struct wws_engine wws_engine;

/* `id` and `rest` of an Event message. What it leaves as exception is reported. */
typedef int wws_event_function(JSContext* context, uint32_t id, wws_reader* rest);
/* Called whenever the job queue has run dry; > 0 when it did something (jobs run again), -1 after
 * an exception, which is reported. */
typedef int wws_settle_function(JSContext* context);

wws_engine* wws_engine_of(JSContext* context);

/* One function for one kind of event (WWS_EVENT_*). */
void wws_on_event(JSContext* context, uint32_t kind, wws_event_function* function);
void wws_on_settle(JSContext* context, wws_settle_function* function);

/* Counts operations of the host whose event is still to come (WWS_STATE_WAITING). Timers that were
 * cleared, and operations that were cancelled, end too. */
void wws_operation_began(JSContext* context);
void wws_operation_ended(JSContext* context);

/* The object shared by builtins and hidden from workers; borrowed. */
JSValueConst wws_internals(JSContext* context);
/* Evaluates an embedded builtin and calls it with internals; -1 after an exception. */
int wws_run_builtin(JSContext* context, const char* name, const char* source, size_t size);

/* Takes the pending exception and reports it to the host as an uncaught error (WWS_FAULT_*). */
void wws_report_exception(JSContext* context, int kind);
/* The same for a value that is not pending; `reason` is borrowed. */
void wws_report_value(JSContext* context, int kind, JSValueConst reason);
void wws_report_text(JSContext* context, int kind, const char* message);

/* The promise will be looked at by its state, so its rejection is not "unhandled"; and it keeps the
 * request's instance alive (ctx.waitUntil). */
int wws_wait_until(JSContext* context, JSValueConst promise);

#endif
