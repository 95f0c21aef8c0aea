#include "builtins.h"

#include <stddef.h>

#include "state.h"

typedef int wws_builtin(JSContext *context);

/* fetch needs the classes of URL, streams and abort: it comes last. */
static wws_builtin *const builtins[] = {
    wws_builtin_cache,
    wws_builtin_fetch,
};

int wws_builtins_init(JSContext *context) {
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; ++i) {
    if (builtins[i](context) < 0) return -1;
  }
  return 0;
}
