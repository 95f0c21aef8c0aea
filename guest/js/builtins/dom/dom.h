/* Events, abort signals, structuredClone, reportError, self and navigator.
 *
 * https://dom.spec.whatwg.org/#events, https://dom.spec.whatwg.org/#aborting-ongoing-activities,
 * https://html.spec.whatwg.org/#structured-data
 *
 * internals, for other builtins:
 *   newSignal()                     an AbortSignal that no controller has
 *   abortSignal(signal, reason)     aborts it; undefined: an AbortError
 *   isSignal(value)
 *   onAbort(signal, function)       runs before the event, with the reason; not for an aborted one
 *   offAbort(signal, function)
 *   report(error)                   as reportError()
 *   structuredClone(value, transfer)
 */
#ifndef WWS_GUEST_JS_BUILTINS_DOM_DOM_H
#define WWS_GUEST_JS_BUILTINS_DOM_DOM_H

#include "quickjs.h"

int wws_builtin_dom(JSContext* context);

#endif
