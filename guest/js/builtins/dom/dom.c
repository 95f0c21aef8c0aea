#include "dom.h"

#include "../common/common.h"
#include "embedded.h"

/* https://html.spec.whatwg.org/#report-the-exception: the host's log is where it is reported. */
static JSValue internal_report(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value;
  wws_report_value(context, WWS_FAULT_REJECTION, argc > 0 ? argv[0] : JS_UNDEFINED);
  return JS_UNDEFINED;
}

/* The buffer is detached, its bytes go on in a new one. */
static JSValue internal_detach(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value;
  if (argc > 0 && wws_is_pinned_buffer(argv[0])) {
    return JS_ThrowTypeError(context, "the ArrayBuffer of a WebAssembly.Memory cannot be detached");
  }
  if (argc > 0) {
    JS_DetachArrayBuffer(context, argv[0]);
  }
  return JS_UNDEFINED;
}

/* https://tc39.es/ecma262/#sec-createdataproperty, without an object for the descriptor. */
static JSValue internal_define(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value;
  if (argc < 3) {
    return JS_UNDEFINED;
  }
  JSAtom name = JS_ValueToAtom(context, argv[1]);
  if (name == JS_ATOM_NULL) {
    return JS_EXCEPTION;
  }
  int result = JS_DefinePropertyValue(context, argv[0], name, JS_DupValue(context, argv[2]),
                                      JS_PROP_C_W_E | JS_PROP_THROW);
  JS_FreeAtom(context, name);
  return result < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static const JSCFunctionListEntry internal_functions[] = {
    JS_CFUNC_DEF("define", 3, internal_define),
    JS_CFUNC_DEF("report", 1, internal_report),
    JS_CFUNC_DEF("detach", 1, internal_detach),
};

int wws_builtin_dom(JSContext* context) {
  if (wws_extend_internals(context, internal_functions, WWS_COUNT(internal_functions)) ||
      wws_run_builtin(context, "wws:event", wws_js_event, wws_js_event_size) ||
      wws_run_builtin(context, "wws:abort", wws_js_abort, wws_js_abort_size) ||
      wws_run_builtin(context, "wws:clone", wws_js_clone, wws_js_clone_size)) {
    return -1;
  }
  return wws_run_builtin(context, "wws:global", wws_js_global, wws_js_global_size);
}
