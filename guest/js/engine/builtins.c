#include "builtins.h"

#include <stddef.h>

#include "state.h"

typedef int wws_builtin(JSContext* context);

/* Each needs what stands above it; fetch needs URL, streams and abort and comes last. */
static wws_builtin* const builtins[] = {
    wws_builtin_common,      wws_builtin_encoding,  wws_builtin_url,         wws_builtin_pattern,
    wws_builtin_console,     wws_builtin_dom,       wws_builtin_timers,      wws_builtin_crypto,
    wws_builtin_streams,     wws_builtin_cache,     wws_builtin_caches,      wws_builtin_compute,
    wws_builtin_node,        wws_builtin_lazy,      wws_builtin_performance, wws_builtin_fetch,
    wws_builtin_webassembly, wws_builtin_websocket,
};

int wws_builtins_init(JSContext* context) {
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; ++i) {
    if (builtins[i](context) < 0) return -1;
  }
  return 0;
}
