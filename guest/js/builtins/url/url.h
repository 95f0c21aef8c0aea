/* URL and URLSearchParams. The parser is ada; the list of parameters is ours.
 * https://url.spec.whatwg.org/ */
#ifndef WWS_GUEST_JS_BUILTINS_URL_URL_H
#define WWS_GUEST_JS_BUILTINS_URL_URL_H

#include "quickjs.h"

int wws_builtin_url(JSContext* context);

/* The serialisation of `input` parsed against `base` (undefined: none), without its fragment when
 * `fragment` is 0; JS_EXCEPTION with a TypeError when it is no URL. What Request and fetch need. */
JSValue wws_url_parse(JSContext* context, JSValueConst input, JSValueConst base, int fragment);

/* True for a URLSearchParams; *text is then its serialisation, a new reference. */
int wws_url_search_params_text(JSContext* context, JSValueConst value, JSValue* text);

#endif
