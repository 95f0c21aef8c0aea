#include "streams.h"

#include "../common/common.h"
#include "embedded.h"

int wws_builtin_streams(JSContext* context) {
  if (wws_run_builtin(context, "wws:ponyfill", wws_js_ponyfill, wws_js_ponyfill_size)) {
    return -1;
  }
  return wws_run_builtin(context, "wws:streams", wws_js_streams, wws_js_streams_size);
}
