#include "timers.h"

#include "../common/common.h"
#include "embedded.h"

static JSValue internal_arm(JSContext* context, JSValueConst this_value, int argc,
                            JSValueConst* argv) {
  (void)this_value;
  int32_t id = 0;
  double milliseconds = 0;
  if (argc < 2 || JS_ToInt32(context, &id, argv[0]) ||
      JS_ToFloat64(context, &milliseconds, argv[1])) {
    return JS_EXCEPTION;
  }
  wws_host_timer(id, milliseconds);
  wws_operation_began(context);
  return JS_UNDEFINED;
}

static JSValue internal_disarm(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value;
  int32_t id = 0;
  if (argc < 1 || JS_ToInt32(context, &id, argv[0])) {
    return JS_EXCEPTION;
  }
  wws_host_cancel(WWS_CANCEL_TIMER, id);
  wws_operation_ended(context);
  return JS_UNDEFINED;
}

static int on_timer(JSContext* context, uint32_t id, wws_reader* rest) {
  (void)rest;
  JSValueConst argument = JS_NewUint32(context, id);
  JSValue result = wws_call_internal(context, "fireTimer", 1, &argument);
  if (JS_IsException(result)) {
    return -1;
  }
  /* False: the timer was cleared, and its operation ended then. */
  if (JS_ToBool(context, result)) {
    wws_operation_ended(context);
  }
  JS_FreeValue(context, result);
  return 0;
}

static const JSCFunctionListEntry internal_functions[] = {

    JS_CFUNC_DEF("armTimer", 2, internal_arm),
    JS_CFUNC_DEF("disarmTimer", 1, internal_disarm),
};

int wws_builtin_timers(JSContext* context) {
  wws_on_event(context, WWS_EVENT_TIMER, on_timer);
  if (wws_extend_internals(context, internal_functions, WWS_COUNT(internal_functions))) {
    return -1;
  }
  return wws_run_builtin(context, "wws:timers", wws_js_timers, wws_js_timers_size);
}
