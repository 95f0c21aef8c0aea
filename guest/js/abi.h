/* clang-format off */
/* The contract between the JavaScript engine module (guest, C) and its host (src/abi/js, C++).
 *
 * Both sides include this file. All numbers are little-endian. `str` is a u32 length and that many
 * bytes; text is UTF-8, header names and values are bytes (isomorphic: one byte is one code unit).
 * The guest never blocks: a host operation returns at once and its outcome arrives as an event.
 *
 * Life of an instance:
 *   build:   _initialize, wws_init                          -> base image
 *   load:    wws_compile, [snapshot], wws_evaluate, [warm-up requests], [snapshot] -> worker image
 *   request: wws_request, then wws_event for each completed operation, until the returned state
 *            says that nothing is left to do. Then the memory is put back.
 *
 * Exports of the guest (all but wws_alloc return a negative number or a WWS_STATE_* mask):
 *   i32  wws_mailbox()              address of WWS_MAILBOX_SIZE bytes for messages to the guest
 *   i32  wws_alloc(i32 size)        room for a larger message; 0 when out of memory. Freed by the
 *                                   guest when the message was consumed.
 *   i32  wws_init()                 0; makes runtime, context and every builtin
 *   i32  wws_compile(i32 at, i32 size)  Compile message; 0, or -1 after wws.fault
 *   i32  wws_evaluate()             runs top-level code; state, or -1 after wws.fault
 *   i32  wws_request(i32 at, i32 size)  Request message; state
 *   i32  wws_event(i32 at, i32 size)    Event message; state
 *
 * Imports, module "wws" (p = address, n = length):
 *   respond(p n)                    Response message; once a request
 *   write(stream p n flags) -> i32  sends bytes of a body; WWS_WRITE_*
 *   read(stream)                    asks for the next chunk of a body; answered by EVENT_CHUNK
 *   cancel(kind id)                 WWS_CANCEL_*: no event of it will come any more
 *   fetch(p n) -> i32               Fetch message; operation id > 0
 *   timer(id f64:milliseconds)      one shot; EVENT_TIMER. The guest chooses the ids
 *   log(level p n)                  one console call, text already formatted; WWS_LOG_*
 *   fault(kind p n)                 Fault message; WWS_FAULT_*
 *   now(kind) -> i64                nanoseconds; WWS_CLOCK_*
 *   random(p n)                     fills with unpredictable bytes
 *   kv_get(p n) -> i32              length of the value, or -1; the value is taken with kv_take
 *   kv_list() -> i32                length of: u32 count, { str key, str value }; kv_take copies it
 *   kv_take(p)                      copies what kv_get/kv_list found last
 *   kv_set(p n p2 n2)               key, value; written when the request succeeds
 *   kv_delete(p n)
 *   cache(p n) -> i32               Cache message; what WWS_CACHE_* says of it
 *   cache_put(p n p2 n2) -> i32     Put message and the body; 1 when it is kept, else 0
 *   cache_take(p)                   copies the answer, or the error text, of the last call of cache
 *   cache_body(i32 index, p)        copies the body of the index-th response in that answer
 *   map_stack(p n) -> i32           frames of the script, one a line, in the files it was made of;
 *                                   length of the text for map_take
 *   map_take(p)
 *   codec(p n) -> i32               Computation message, WWS_CODEC_*; handle > 0, or an error
 *   codec_step(handle p n p2 n2 last) -> i64
 *                                   n bytes in, room for n2 >= 256 out. Does a part of it and is to
 *                                   be called again: bytes taken | bytes given << 24 |
 *                                   finished << 48, or an error. `last`: nothing follows these n
 *   codec_end(handle)               forgets it
 *   crypto(p n) -> i32              Computation message, WWS_CRYPTO_*; length of the result, or an
 *                                   error
 *   crypto_take(p)                  copies the result of crypto, or the text of the last error of
 *                                   these, which is the number -1 - length
 *   socket_send(kind p n) -> i32    a message over the WebSocket that the response is; WWS_SOCKET_*;
 *                                   WWS_WRITE_OK, or WWS_WRITE_GONE
 *   socket_close(code p n)          its close frame, with a reason; code 0 for neither
 *   socket_buffered() -> i64        bytes of it that wait for the client
 *   compute(p n) -> i32             a Computation of crypto that takes long; operation id > 0,
 *                                   answered by EVENT_COMPUTED
 *
 * While loading (compile, evaluate, warm-up) fetch, timer, and read answer with an event or are
 * refused as documented in src/abi/js/loader.h; now() and random() work but mark the worker.
 *
 * Messages to the guest:
 *   Compile: u32 flags (WWS_COMPILE_*), str file_name, str source,
 *            u32 count, { str name, str value } variables, visible as `env` and as globals
 *   Request: u32 flags (WWS_REQUEST_*), str method, str url,
 *            u32 count, { str name, str value } headers (names lower-case),
 *            u32 count, { str name, str value } route parameters,
 *            str body (with WWS_REQUEST_BODY_INLINE)
 *   Event:   u32 kind (WWS_EVENT_*), u32 id, then
 *            TIMER     -
 *            CHUNK     u32 flags (WWS_CHUNK_*), str bytes (an error text with WWS_CHUNK_ERROR);
 *                      id = stream
 *            WRITABLE  -; id = stream
 *            FETCHED   u16 status, u16 flags (bit 0: redirected), str status_text, str url,
 *                      u32 count, { str name, str value } headers; the body is stream `id`
 *            FAILED    str message; id = operation
 *            GONE      -; the client went away: request.signal aborts
 *            COMPUTED  u32 failed (0, 1), str result or error text
 *            MESSAGE   u32 kind (WWS_SOCKET_*), str bytes, of a text UTF-8
 *            CLOSED    u32 code, u32 clean (0, 1), str why the host failed it or empty, str reason;
 *                      the last event of a WebSocket
 *
 * Messages to the host:
 *   Response:    u16 status, u8 body (WWS_BODY_*), u8 0, str status_text,
 *                u32 count, { str name, str value } headers, str body (with WWS_BODY_INLINE)
 *   Fetch:       u32 flags (WWS_FETCH_*), str method, str url, u32 count, { str, str } headers,
 *                str body
 *   Fault:       str message ("TypeError: x is not a function", "thrown value: { a: 1 }"), str stack
 *                (one frame of the worker a line, or empty; then, for each of up to four causes, a
 *                line "[cause]: ..." and its frames)
 *   Cache:       u32 what (WWS_CACHE_*), u32 flags (WWS_CACHE_*), str cache, str url (without
 *                fragment), u32 count, { str name, str value } request headers
 *   Put:         u32 flags (WWS_CACHE_*), str cache, then a Cached without its body's size
 *   Cached:      str url of the request, u32 count, { str, str } request headers, u32 flags
 *                (WWS_CACHED_*), u16 status, str status_text, str url, u32 count, { str, str }
 *                headers, u32 size of the body
 *   Computation: u32 what, u32 a, u32 b, u32 c, u32 count, { str }, see WWS_CODEC_ and WWS_CRYPTO_.
 *                Keys are bytes of the guest's: PKCS #8 and SubjectPublicKeyInfo, DER
 *
 * Streams: WWS_STREAM_REQUEST/RESPONSE (0) is the request body for read and the response body for
 * write; a fetch operation's id is its request body for write and its response body for read.
 */
/* clang-format on */
#ifndef WWS_GUEST_JS_ABI_H
#define WWS_GUEST_JS_ABI_H

#define WWS_MAILBOX_SIZE 16384

/* Returned by wws_evaluate, wws_request and wws_event. A fault of kind HANDLER, RESPONSE or BODY
 * ends the request: the state is then RESPONDED too, though there may have been no respond(). A
 * request that can never be answered (nothing WAITING, nothing promised) ends in such a fault by
 * itself. While top-level await goes on, wws_event gives -1 after wws.fault, as wws_evaluate does.
 */
#define WWS_STATE_RESPONDED 1 /* the response is complete, body included */
#define WWS_STATE_WAITING 2   /* an operation of the host is outstanding */
#define WWS_STATE_EXTENDED 4  /* waitUntil promises have not settled */
/* Of wws_evaluate only: evaluation is complete, there is neither a "fetch" listener nor a default
 * export that can handle. */
#define WWS_STATE_NO_HANDLER 8

#define WWS_STREAM_REQUEST 0  /* for read */
#define WWS_STREAM_RESPONSE 0 /* for write */

#define WWS_COMPILE_AUTO 0   /* module if it does not parse as a script */
#define WWS_COMPILE_MODULE 1 /* .mjs */
#define WWS_COMPILE_MAPPED 2 /* it was made of other files: map_stack() knows their positions */

#define WWS_REQUEST_BODY_INLINE 1 /* the whole body is in the message */
#define WWS_REQUEST_BODY_STREAM 2 /* read it from stream 0 */
#define WWS_REQUEST_WARMUP 4      /* a declared warm-up request: operations are refused */

#define WWS_BODY_NONE 0 /* null body */
#define WWS_BODY_INLINE 1
#define WWS_BODY_STREAM 2 /* follows by write(0, ...) */
#define WWS_BODY_SOCKET 3 /* the response is a WebSocket; with status 101, and only then */

#define WWS_WRITE_END 1   /* flag: the last bytes (may be none) */
#define WWS_WRITE_ABORT 2 /* flag: the body failed; cut it */
#define WWS_WRITE_OK 0    /* result: go on */
#define WWS_WRITE_WAIT 1  /* result: taken; send no more before EVENT_WRITABLE */
#define WWS_WRITE_GONE -1 /* result: the peer is gone */

#define WWS_CHUNK_END 1   /* no more bytes follow these */
#define WWS_CHUNK_ERROR 2 /* the body failed */

#define WWS_FETCH_BODY_INLINE 1
#define WWS_FETCH_BODY_STREAM 2
#define WWS_FETCH_REDIRECT_FOLLOW 0
#define WWS_FETCH_REDIRECT_ERROR 16
#define WWS_FETCH_REDIRECT_MANUAL 32

#define WWS_STREAM_REQUEST 0
#define WWS_STREAM_RESPONSE 0

#define WWS_EVENT_TIMER 1
#define WWS_EVENT_CHUNK 2
#define WWS_EVENT_WRITABLE 3
#define WWS_EVENT_FETCHED 4
#define WWS_EVENT_FAILED 5
#define WWS_EVENT_GONE 6

#define WWS_EVENT_COMPUTED 7
#define WWS_EVENT_MESSAGE 8
#define WWS_EVENT_CLOSED 9

#define WWS_SOCKET_TEXT 1
#define WWS_SOCKET_BINARY 2

#define WWS_CANCEL_TIMER 1
#define WWS_CANCEL_FETCH 2 /* the operation and both its bodies */
#define WWS_CANCEL_READ 3  /* the body of a stream is not wanted any more */

#define WWS_LOG_TRACE 0
#define WWS_LOG_DEBUG 1
#define WWS_LOG_INFO 2
#define WWS_LOG_WARN 3
#define WWS_LOG_ERROR 4

#define WWS_FAULT_LOAD 1      /* syntax error or exception of top-level code */
#define WWS_FAULT_HANDLER 2   /* the handler threw or its promise was rejected */
#define WWS_FAULT_RESPONSE 3  /* no handler, no respondWith, or not a Response */
#define WWS_FAULT_REJECTION 4 /* an unhandled rejection elsewhere; reported only */
#define WWS_FAULT_BODY 5      /* the response's stream failed */

/* Codecs: what a, b, c and the strs are. */
#define WWS_CODEC_DIGEST 1     /* a: WWS_HASH_* */
#define WWS_CODEC_HMAC 2       /* a: WWS_HASH_*; key */
#define WWS_CODEC_ENCRYPT 3    /* a: WWS_CIPHER_*, b: bytes of the tag (GCM); key, iv, additional */
#define WWS_CODEC_DECRYPT 4    /* a: WWS_CIPHER_*; key, iv, additional, tag */
#define WWS_CODEC_COMPRESS 5   /* a: WWS_FORMAT_* */
#define WWS_CODEC_DECOMPRESS 6 /* a: WWS_FORMAT_* */

#define WWS_HASH_SHA1 1
#define WWS_HASH_SHA256 2
#define WWS_HASH_SHA384 3
#define WWS_HASH_SHA512 4

#define WWS_CIPHER_CBC 1
#define WWS_CIPHER_CTR 2
#define WWS_CIPHER_GCM 3

#define WWS_FORMAT_DEFLATE 1
#define WWS_FORMAT_DEFLATE_RAW 2
#define WWS_FORMAT_GZIP 3
#define WWS_FORMAT_BROTLI 4

#define WWS_KEY_RSA 1
#define WWS_KEY_P256 2
#define WWS_KEY_P384 3
#define WWS_KEY_P521 4
#define WWS_KEY_ED25519 5
#define WWS_KEY_X25519 6

#define WWS_SCHEME_RSA_PKCS1 1
#define WWS_SCHEME_RSA_PSS 2
#define WWS_SCHEME_ECDSA 3
#define WWS_SCHEME_ED25519 4

/* Those marked * with RSA only by compute(). `data` of signatures is a digest, of Ed25519 the
 * message. The parts of a key: RSA n e, private also d p q dp dq qi; P-* x y, then d; *25519 x, d.
 */
#define WWS_CRYPTO_GENERATE 1     /* * a: WWS_KEY_*, b: bits (RSA); exponent (RSA) -> private key */
#define WWS_CRYPTO_READ_PUBLIC 2  /* a: WWS_KEY_*; key -> the key as we write it */
#define WWS_CRYPTO_READ_PRIVATE 3 /* a: WWS_KEY_*; key */
#define WWS_CRYPTO_PUBLIC_OF 4    /* a: WWS_KEY_*; private key -> public key */
#define WWS_CRYPTO_PUBLIC_PARTS 5 /* a: WWS_KEY_*; key -> { str } */
#define WWS_CRYPTO_PRIVATE_PARTS 6 /* a: WWS_KEY_*; key -> { str } */
#define WWS_CRYPTO_PUBLIC_FROM 7   /* a: WWS_KEY_*; parts -> key */
#define WWS_CRYPTO_PRIVATE_FROM 8  /* a: WWS_KEY_*; parts -> key */
#define WWS_CRYPTO_FROM_POINT 9    /* a: WWS_KEY_*; bytes -> public key */
#define WWS_CRYPTO_POINT 10        /* a: WWS_KEY_*; public key -> bytes */
#define WWS_CRYPTO_SIGN 11   /* * a: WWS_SCHEME_*, b: WWS_HASH_*, c: salt or curve; key, data */
#define WWS_CRYPTO_VERIFY 12 /* as SIGN; key, signature, data -> one byte, 1 or 0 */
#define WWS_CRYPTO_OAEP_ENCRYPT 13 /* a: WWS_HASH_*; key, label, data */
#define WWS_CRYPTO_OAEP_DECRYPT 14 /* * a: WWS_HASH_*; key, label, data */
#define WWS_CRYPTO_AGREE 15        /* a: WWS_KEY_*; private key, public key -> secret */
#define WWS_CRYPTO_HKDF 16         /* a: WWS_HASH_*, b: bytes; key, salt, info */
#define WWS_CRYPTO_PBKDF2 17 /* a: WWS_HASH_*, b: iterations <= 4096; password, seed, U and T */
#define WWS_CRYPTO_WRAP 18   /* key, data */
#define WWS_CRYPTO_UNWRAP 19 /* key, data */

/* What is asked of caches, and what cache() gives: a number, the length of an answer for
 * cache_take(), or -1 - the length of an error text for it. Response bodies are for cache_body().
 */
#define WWS_CACHE_OPEN 1   /* 0 */
#define WWS_CACHE_HAS 2    /* 1 or 0 */
#define WWS_CACHE_DROP 3   /* 1 or 0: there was none */
#define WWS_CACHE_NAMES 4  /* answer: u32 count, { str } */
#define WWS_CACHE_MATCH 5  /* answer: u32 count (0, 1), { Cached } */
#define WWS_CACHE_ALL 6    /* answer: u32 count, { Cached } */
#define WWS_CACHE_KEYS 7   /* answer: u32 count, { str url, u32 count, { str, str } headers } */
#define WWS_CACHE_DELETE 8 /* how many responses there were */
#define WWS_CACHE_LIMIT 9  /* most bytes of a body */
/* flags */
#define WWS_CACHE_DEFAULT 1 /* caches.default; no name */
#define WWS_CACHE_IGNORE_SEARCH 2
#define WWS_CACHE_IGNORE_VARY 4
#define WWS_CACHE_EVERY 8      /* no request: all there are */
#define WWS_CACHE_TOO_LARGE 16 /* of Put: the body is over the limit and not there */

#define WWS_CACHED_BODY 1 /* there is one, which may be empty */
#define WWS_CACHED_REDIRECTED 2
#define WWS_CACHED_BASIC 4 /* of fetch() */

#define WWS_CLOCK_REALTIME 0  /* since 1970; whole milliseconds */
#define WWS_CLOCK_MONOTONIC 1 /* since the request began; steps of 100 us */

#endif
