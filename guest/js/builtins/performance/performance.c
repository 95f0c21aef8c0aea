/* performance: https://w3c.github.io/hr-time/ */
#include "../common/common.h"
#include "builtins.h"
#include "embedded.h"

int wws_builtin_performance(JSContext* context) {
  return wws_run_builtin(context, "wws:performance", wws_js_performance, wws_js_performance_size);
}
