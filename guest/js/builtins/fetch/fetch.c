#include "builtins.h"
#include "state.h"

static JSValue listen(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  wws_engine *engine = wws_engine_of(context);
  JS_FreeValue(context, engine->listener);
  engine->listener = JS_DupValue(context, values[1]);
  return JS_UNDEFINED;
}

int wws_builtin_fetch(JSContext *context) {
  JSValue global = JS_GetGlobalObject(context);
  JS_SetPropertyStr(context, global, "addEventListener",
                    JS_NewCFunction(context, listen, "addEventListener", 2));
  JS_FreeValue(context, global);
  return 0;
}

int wws_dispatch_request(JSContext *context, const void *at, size_t size) {
  JS_ThrowTypeError(context, "no handler");
  wws_engine_of(context)->responded = true;
  wws_release_message(JS_GetRuntime(context), at);
  return -1;
}
void wws_dispatch_detach(JSContext *context) {}
void wws_dispatch_stalled(JSContext *context) {}
