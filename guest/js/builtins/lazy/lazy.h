/* Builtins that most requests do not use: their scripts are compiled in the base image and
 * evaluated at the first use, so that a request that does not use them writes none of their pages.
 *
 * Such a script gives an object of what it defines. Its globals are there from the start: their
 * values are made when they are first read (QuickJS's JS_PROP_AUTOINIT). A script may not add a
 * property to the global object.
 *
 * internals.use(name) -> the object of the script with the name that lazy.c has for it.
 */
#ifndef WWS_GUEST_JS_BUILTINS_LAZY_LAZY_H
#define WWS_GUEST_JS_BUILTINS_LAZY_LAZY_H

#include "quickjs.h"

int wws_builtin_lazy(JSContext* context);

/* The object of a script; JS_EXCEPTION when there is none. */
JSValue wws_lazy_object(JSContext* context, const char* script);

/* What a script defines under `name`; JS_EXCEPTION when there is neither. */
JSValue wws_lazy_value(JSContext* context, const char* script, const char* name);

/* internals.h: the value of a lazy global. */
JSValue wws_lazy_global(JSContext* context, JSAtom name, int script);

#endif
