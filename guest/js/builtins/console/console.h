/* console. What is written is formatted here and goes to the host's log, one call a line of the
 * log. https://console.spec.whatwg.org/
 *
 * internals: inspect(value, depth) gives the text console would write of a value. */
#ifndef WWS_GUEST_JS_BUILTINS_CONSOLE_CONSOLE_H
#define WWS_GUEST_JS_BUILTINS_CONSOLE_CONSOLE_H

#include "quickjs.h"

int wws_builtin_console(JSContext* context);

#endif
