/* The streams of the web: the web-streams-polyfill ponyfill as globals, TextEncoderStream and
 * TextDecoderStream of our own. https://streams.spec.whatwg.org/
 *
 * internals, for other builtins (streams are ReadableStream unless said otherwise):
 *   makeByteStream({ pull, cancel }) -> { stream, enqueue(bytes), close(), error(reason) }
 *                        pull() is called when a reader waits for bytes; cancel(reason) once.
 * Either may return a promise. Nothing is read ahead. isStream(value), isLocked(stream),
 * isDisturbed(stream) readAll(stream)      promise of one Uint8Array; rejected when a chunk is no
 * Uint8Array readChunks(stream, { chunk(bytes), end(), error(reason) }) -> stop(reason) calls chunk
 * for each piece, waits for the promise it may return, and ends with end or error; stop cancels the
 * stream and calls neither
 */
#ifndef WWS_GUEST_JS_BUILTINS_STREAMS_STREAMS_H
#define WWS_GUEST_JS_BUILTINS_STREAMS_STREAMS_H

#include "quickjs.h"

int wws_builtin_streams(JSContext* context);

#endif
