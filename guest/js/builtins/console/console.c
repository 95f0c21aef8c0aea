#include "console.h"

#include "../common/common.h"
#include "embedded.h"

/* The formatter bounds what it makes; this bounds a single huge string. */
enum { kMaxLogSize = 256 * 1024 };

static JSValue internal_log(JSContext* context, JSValueConst this_value, int argc,
                            JSValueConst* argv) {
  (void)this_value;
  int32_t level = WWS_LOG_INFO;
  WwsText text;
  if (argc < 2 || JS_ToInt32(context, &level, argv[0]) || wws_text_from(context, argv[1], &text)) {
    return JS_EXCEPTION;
  }
  size_t size = text.size;
  if (size > kMaxLogSize) {
    size = kMaxLogSize;
    while (size > 0 && ((uint8_t)text.data[size] & 0xC0) == 0x80) {
      size--;
    }
  }
  wws_host_log(level, text.data, size);
  wws_text_free(context, &text);
  return JS_UNDEFINED;
}

static const JSCFunctionListEntry internal_functions[] = {
    JS_CFUNC_DEF("log", 2, internal_log),
};

int wws_builtin_console(JSContext* context) {
  if (wws_extend_internals(context, internal_functions, WWS_COUNT(internal_functions)) ||
      wws_run_builtin(context, "wws:inspect", wws_js_inspect, wws_js_inspect_size)) {
    return -1;
  }
  return wws_run_builtin(context, "wws:console", wws_js_console, wws_js_console_size);
}
