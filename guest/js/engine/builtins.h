/* The builtins, in the order in which they are made. See engine.h for what a builtin is. */
#ifndef WWS_GUEST_JS_ENGINE_BUILTINS_H
#define WWS_GUEST_JS_ENGINE_BUILTINS_H

#include "quickjs.h"

int wws_builtin_fetch(JSContext *context);
int wws_builtin_cache(JSContext *context);

#endif
