/* URLSearchParams, and how it hangs together with its URL.
 *
 * A URL and its searchParams share one counted UrlRecord: the parameters write to the record, the
 * URL object rereads its parameters when its query changes. No JS object refers to the other way
 * round, so the pair is no cycle for the collector. */
#ifndef WWS_GUEST_JS_BUILTINS_URL_SEARCH_PARAMS_H
#define WWS_GUEST_JS_BUILTINS_URL_SEARCH_PARAMS_H

#include <stddef.h>

#include "ada_c.h"
#include "quickjs.h"

typedef struct UrlRecord {
  ada_url url;
  int references;
} UrlRecord;

void wws_url_record_release(JSRuntime* runtime, UrlRecord* record);

int wws_install_search_params(JSContext* context);

/* The searchParams object of a URL. Takes a reference of the record. */
JSValue wws_search_params_for(JSContext* context, UrlRecord* record);

/* Rereads the list from the record's query. */
int wws_search_params_refresh(JSContext* context, JSValueConst params);

#endif
