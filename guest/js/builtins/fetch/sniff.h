/* Whether a text begins like an HTML document: https://mimesniff.spec.whatwg.org/ section 7.1. */
#ifndef WWS_GUEST_JS_BUILTINS_FETCH_SNIFF_H
#define WWS_GUEST_JS_BUILTINS_FETCH_SNIFF_H

#include <stdbool.h>

#include "quickjs.h"

bool wws_sniff_html(JSContext* context, JSValueConst text);

#endif
