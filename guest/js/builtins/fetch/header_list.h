/* What the Headers class needs of a header list beyond fetch.h. */
#ifndef WWS_GUEST_JS_BUILTINS_FETCH_HEADER_LIST_H
#define WWS_GUEST_JS_BUILTINS_FETCH_HEADER_LIST_H

#include "fetch.h"

uint8_t wws_lower(uint8_t c);
wws_span wws_header_name(const wws_headers* headers, uint32_t i);
wws_span wws_header_value(const wws_headers* headers, uint32_t i);
/* `name` in any case. */
bool wws_header_is(const wws_headers* headers, uint32_t i, wws_span name);
/* Removes all of a name, from the `first`th entry on. */
void wws_headers_remove(wws_headers* headers, wws_span name, uint32_t first);
/* Room for the text of a value; NULL after an exception. */
uint8_t* wws_headers_room(JSContext* context, wws_headers* headers, size_t size);
/* All values of a name, joined; null without. */
JSValue wws_headers_combine(JSContext* context, const wws_headers* headers, wws_span name);
/* The first entries of each name (every one of set-cookie), in order; NULL after an exception. */
uint32_t* wws_headers_sort(JSContext* context, const wws_headers* headers, uint32_t* count);
/* The value that belongs to an entry of that order. */
JSValue wws_headers_sorted_value(JSContext* context, const wws_headers* headers, uint32_t entry);

#endif
