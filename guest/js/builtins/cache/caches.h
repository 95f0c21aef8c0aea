/* What caches.js needs of requests, responses and the host. In the internals:
 *
 * cacheRequest(input) -> a Request: `input` itself, or one made of it
 * cacheCheck(what, request[, response]) throws for what put() must not take
 * cacheBody(response) -> its bytes, then used; undefined without a body; a stream that gives them
 * cachePut(flags, cache, request, response, bytes or undefined) -> whether it is kept
 * cacheCall(what, flags, cache[, request]) -> abi.h's number, or an array: of names, of requests
 *     (KEYS) or of responses
 */
#ifndef WWS_GUEST_JS_BUILTINS_CACHE_CACHES_H
#define WWS_GUEST_JS_BUILTINS_CACHE_CACHES_H

#include "quickjs.h"

int wws_builtin_caches(JSContext* context);

#endif
