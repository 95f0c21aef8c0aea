/* setTimeout, setInterval, clearTimeout, clearInterval, scheduler.wait.
 *
 * The guest chooses the ids; each running timer is one operation of the host. Code as a string is
 * refused with a TypeError.
 * https://html.spec.whatwg.org/#timers
 *
 * internals: startTimer(function, milliseconds) -> id, stopTimer(id) */
#ifndef WWS_GUEST_JS_BUILTINS_TIMERS_TIMERS_H
#define WWS_GUEST_JS_BUILTINS_TIMERS_TIMERS_H

#include "quickjs.h"

int wws_builtin_timers(JSContext* context);

#endif
