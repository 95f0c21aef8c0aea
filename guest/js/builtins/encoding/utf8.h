/* UTF-8 as the Encoding standard decodes it. https://encoding.spec.whatwg.org/#utf-8-decoder */
#ifndef WWS_GUEST_JS_BUILTINS_ENCODING_UTF8_H
#define WWS_GUEST_JS_BUILTINS_ENCODING_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* How many bytes from the front are ASCII. */
size_t wws_ascii_prefix(const uint8_t* data, size_t size);

/* How many bytes from the front are whole, valid sequences. */
size_t wws_utf8_valid_prefix(const uint8_t* data, size_t size);

/* Length of the sequence at the end of the data that more bytes could still complete: 0 to 3. */
size_t wws_utf8_open_tail(const uint8_t* data, size_t size);

/* Replaces each maximal ill-formed part by U+FFFD. A byte order mark is kept. */
JSValue wws_utf8_to_string(JSContext* context, const uint8_t* data, size_t size);

#endif
