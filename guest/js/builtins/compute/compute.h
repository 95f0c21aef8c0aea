/* What the host computes for the guest (abi.h: codec, crypto, compute), for other builtins.
 *
 * internals; `buffers` are BufferSources, `what` and the three numbers are abi.h's. What fails
 * gives a string that says why: codec(what, a, b, c, ...buffers) -> handle codecRun(handle, buffer,
 * last, state) -> Uint8Array of all that came out; sets state.finished and state.taken, how many of
 * the buffer's bytes the codec wanted codecEnd(handle) crypto(what, a, b, c, ...buffers) ->
 * Uint8Array compute(what, a, b, c, ...buffers) -> promise of what crypto gives
 */
#ifndef WWS_GUEST_JS_BUILTINS_COMPUTE_COMPUTE_H
#define WWS_GUEST_JS_BUILTINS_COMPUTE_COMPUTE_H

#include "quickjs.h"

int wws_builtin_compute(JSContext* context);

#endif
