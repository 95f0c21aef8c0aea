/* The builtins, in the order in which they are made. See engine.h for what a builtin is. */
#ifndef WWS_GUEST_JS_ENGINE_BUILTINS_H
#define WWS_GUEST_JS_ENGINE_BUILTINS_H

#include "quickjs.h"

int wws_builtin_cache(JSContext* context);
int wws_builtin_caches(JSContext* context);
int wws_builtin_common(JSContext* context);
int wws_builtin_compute(JSContext* context);
int wws_builtin_console(JSContext* context);
int wws_builtin_crypto(JSContext* context);
int wws_builtin_dom(JSContext* context);
int wws_builtin_encoding(JSContext* context);
int wws_builtin_fetch(JSContext* context);
int wws_builtin_lazy(JSContext* context);
int wws_builtin_node(JSContext* context);
int wws_builtin_pattern(JSContext* context);
int wws_builtin_performance(JSContext* context);
int wws_builtin_streams(JSContext* context);
int wws_builtin_timers(JSContext* context);
int wws_builtin_url(JSContext* context);
int wws_builtin_webassembly(JSContext* context);
int wws_builtin_websocket(JSContext* context);

#endif
