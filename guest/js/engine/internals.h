/* The few things that reach inside QuickJS; defined in quickjs_unit.c, beside its source. */
#ifndef WWS_GUEST_JS_ENGINE_INTERNALS_H
#define WWS_GUEST_JS_ENGINE_INTERNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* Bytes of the string as UTF-8 with lone surrogates replaced by U+FFFD. The value must be a string
 * (JS_IsString). SIZE_MAX after an exception. */
size_t wws_string_utf8_size(JSContext* context, JSValueConst string);
void wws_string_utf8_copy(JSContext* context, JSValueConst string, uint8_t* to);

/* The units of a string of 8-bit units, without a copy; NULL when it has wider units. Valid while
 * the string lives. */
const uint8_t* wws_string_latin1(JSContext* context, JSValueConst string, size_t* size);

/* A string whose units are these bytes (isomorphic decode). */
JSValue wws_new_latin1(JSContext* context, const uint8_t* at, size_t size);

/* UTF-8 decode as the Encoding standard has it: the byte order mark dropped, each ill-formed
 * maximal subpart replaced by U+FFFD. */
JSValue wws_utf8_decode(JSContext* context, const uint8_t* at, size_t size);

/* Math.random() is seeded again before its next use. */
void wws_random_unseed(JSContext* context);
/* Replaces Math.random by a version over the host's random numbers. */
int wws_internals_init(JSContext* context);

/* The module record of what JS_Eval compiled as a module. */
JSModuleDef* wws_module_of(JSValueConst compiled);

/* QuickJS makes the functions of builtins when they are first used, and a sandbox that is new for
 * each request would make its own each time: now all are there, in the image. Lazy scripts stay
 * lazy. Negative after an exception. */
int wws_make_functions(JSContext* context);

/* From now on small blocks come from a few pages that lie together, instead of from holes all over
 * the heap: a request then writes fewer pages. Called when an image may be taken. */
void wws_allocator_settle(JSRuntime* runtime);

/* From now on `stack` of errors has positions of the host's (abi.h, map_stack). */
void wws_map_stacks(void);

/* The context that AsyncLocalStorage keeps (builtins/node): a value that what is started now goes
 * on with. Reactions of promises and microtasks carry it by themselves (patch_quickjs.cmake);
 * others bind their callbacks. */
JSValue wws_async_context(JSContext* context);
/* Makes it current and gives the one before. */
JSValue wws_enter_async_context(JSContext* context, JSValueConst entered);
/* A function that calls this one in the current context; the function itself where there is none.
 */
JSValue wws_bind_async_context(JSContext* context, JSValueConst function);
/* A job or an event is over: the next begins without one. */
void wws_leave_async_context(JSContext* context);

/* An Error (also one of another class that extends it) or a DOMException. */
bool wws_is_error(JSValueConst value);

/* Length and bytes of an ArrayBuffer, typed array or DataView; NULL without exception when `value`
 * is none of them or detached. */
bool wws_is_buffer(JSValueConst value);
uint8_t* wws_buffer_bytes(JSContext* context, JSValueConst value, size_t* size);

/* How an ArrayBuffer is made (JS_NewArrayBuffer's function) that shows memory of ours: it cannot be
 * detached by a script, nor freed.
 * https://tc39.es/ecma262/#sec-properties-of-the-arraybuffer-instances */
void* wws_pinned_buffer(JSRuntime* runtime, void* opaque, void* at, size_t size);
bool wws_is_pinned_buffer(JSValueConst value);

/* A property whose value is wws_lazy_global(context, name, script) from its first use on; writable,
 * configurable, not enumerable. */
int wws_define_lazy(JSContext* context, JSValueConst object, const char* name, int script);

#endif
