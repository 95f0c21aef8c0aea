/* TextEncoder, TextDecoder, and atob/btoa's count of arguments.
 *
 * TextDecoder knows utf-8, utf-16le, utf-16be and windows-1252 with all their labels; the other
 * legacy encodings are refused with a RangeError that names the label.
 * https://encoding.spec.whatwg.org/ */
#ifndef WWS_GUEST_JS_BUILTINS_ENCODING_ENCODING_H
#define WWS_GUEST_JS_BUILTINS_ENCODING_ENCODING_H

#include "quickjs.h"

int wws_builtin_encoding(JSContext* context);

#endif
