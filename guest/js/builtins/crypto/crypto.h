/* crypto.getRandomValues and crypto.randomUUID. https://w3c.github.io/webcrypto/#crypto-interface
 */
#ifndef WWS_GUEST_JS_BUILTINS_CRYPTO_CRYPTO_H
#define WWS_GUEST_JS_BUILTINS_CRYPTO_CRYPTO_H

#include "quickjs.h"

int wws_builtin_crypto(JSContext* context);

#endif
