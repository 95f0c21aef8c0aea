/* The WebAssembly namespace. https://webassembly.github.io/spec/js-api/
 *
 * Its classes are webassembly.js, evaluated at its first use; wasm.h is what it stands on. */
#ifndef WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_WEBASSEMBLY_H
#define WWS_GUEST_JS_BUILTINS_WEBASSEMBLY_WEBASSEMBLY_H

#include "quickjs.h"

int wws_builtin_webassembly(JSContext* context);

#endif
