/* The fetch standard's classes, in C. Files: headers, body, stream (bodies as streams, and bytes
 * between streams and the host), request, response, outgoing (fetch()), event (FetchEvent), and
 * dispatch (a request of the host from its message to its answer).
 *
 * Hot path: a JS object is made when JS asks for it, text when it is read. */
#ifndef WWS_GUEST_JS_BUILTINS_FETCH_H
#define WWS_GUEST_JS_BUILTINS_FETCH_H

#include "engine.h"
#include "state.h"

/* Bytes with several owners. A request's message stays in the mailbox until its first turn is over
 * (wws_dispatch_detach), so refer to it by blob and offset only. */
typedef struct {
  uint32_t references;
  uint8_t* at; /* the engine's allocator's, or the mailbox */
  size_t size;
} wws_blob;

wws_blob* wws_blob_new(JSContext* context, const uint8_t* at, size_t size); /* takes a copy */
wws_blob* wws_blob_dup(wws_blob* blob);
void wws_blob_free(JSRuntime* runtime, wws_blob* blob);

/* ---- headers.c */

typedef struct {
  uint32_t name_at, name_size, value_at, value_size;
} wws_header;

/* A header list; names are lower-case. */
typedef struct {
  uint32_t references;
  bool immutable;
  bool type_touched; /* content-type was set, appended or deleted by the worker */
  uint32_t version;  /* counts changes */
  uint8_t* bytes;
  uint32_t size, capacity;
  wws_header* entries;
  uint32_t count, room;
} wws_headers;

wws_headers* wws_headers_new(JSContext* context);
wws_headers* wws_headers_copy(JSContext* context, const wws_headers* from);
wws_headers* wws_headers_dup(wws_headers* headers);
void wws_headers_free(JSRuntime* runtime, wws_headers* headers);
/* Unchecked: for names and values that are known to be good. -1 after an exception. */
int wws_headers_append(JSContext* context, wws_headers* headers, wws_span name, wws_span value);
bool wws_headers_has(const wws_headers* headers, const char* name);
/* From a HeadersInit value, checked and normalised. */
int wws_headers_fill(JSContext* context, wws_headers* headers, JSValueConst init);
/* u32 count, { str name, str value } */
void wws_headers_write(wws_writer* writer, const wws_headers* headers);
/* The same with a content-type in place of any that is there. */
void wws_headers_write_with_type(wws_writer* writer, const wws_headers* headers, wws_span type);
JSValue wws_headers_object(JSContext* context, wws_headers* headers); /* adds a reference */
wws_span wws_span_of(const char* text);

int wws_headers_class_init(JSContext* context);

/* ---- body.c */

typedef enum {
  WWS_BODY_IS_NULL,
  WWS_BODY_IS_TEXT,   /* text, to be encoded */
  WWS_BODY_IS_BYTES,  /* part of a blob */
  WWS_BODY_IS_HOST,   /* a stream of the host that nobody reads yet */
  WWS_BODY_IS_STREAM, /* a ReadableStream of the worker's own */
} wws_body_kind;

typedef struct {
  uint8_t kind;
  bool used;      /* taken by text(), json() ... or sent */
  bool incoming;  /* of the worker's own request: its stream converts to text */
  int32_t host;   /* WWS_BODY_IS_HOST: stream */
  wws_blob* blob; /* WWS_BODY_IS_BYTES */
  size_t at, size;
  JSValue text;   /* WWS_BODY_IS_TEXT */
  JSValue type;   /* with WWS_TYPE_OTHER: the content type that goes with it; undefined else */
  JSValue stream; /* what `body` gave out, or WWS_BODY_IS_STREAM; undefined before */
} wws_body;

typedef enum {
  WWS_TYPE_NONE,
  WWS_TYPE_TEXT,
  WWS_TYPE_FORM,
  WWS_TYPE_JSON,
  WWS_TYPE_OTHER, /* body->type */
} wws_body_type;

void wws_body_init(wws_body* body);
void wws_body_free(JSRuntime* runtime, wws_body* body);
void wws_body_mark(JSRuntime* runtime, wws_body* body, JS_MarkFunc* mark);
/* Extracts a BodyInit value; *type is the content type that goes with it. */
int wws_body_extract(JSContext* context, wws_body* body, JSValueConst init, wws_body_type* type);
const char* wws_body_type_text(wws_body_type type);
/* With WWS_TYPE_OTHER: the type becomes a header where there is none. -1 after an exception. */
int wws_body_add_type(JSContext* context, const wws_body* body, wws_headers* headers);
/* The body's bytes come from the host, and no ReadableStream stands between. */
bool wws_body_reads_host(JSContext* context, const wws_body* body);
/* The body becomes used, and a stream that it gave out and nobody has looked into, too. */
void wws_body_take(JSContext* context, wws_body* body);
/* Kind and bytes become those of `from`; a stream that it gave out does not. */
void wws_body_share(JSContext* context, wws_body* to, const wws_body* from);
/* Used, or its stream is locked or disturbed; -1 after an exception. */
int wws_body_unusable(JSContext* context, const wws_body* body);
bool wws_body_used(JSContext* context, const wws_body* body);
/* The body moves on: `from` becomes used. */
int wws_body_move(JSContext* context, wws_body* to, wws_body* from);
int wws_body_clone(JSContext* context, wws_body* to, wws_body* from);
/* `body`, `bodyUsed`, text() ... for a prototype; the class is found by wws_body_of. */
int wws_body_define(JSContext* context, JSValueConst prototype);
wws_body* wws_body_of(JSContext* context, JSValueConst value); /* Request or Response */
/* The bytes of a body as text (decode) or as bytes. */
JSValue wws_body_as_text(JSContext* context, const wws_body* body);
/* A Uint8Array of them. */
JSValue wws_body_as_bytes(JSContext* context, const wws_body* body);

/* ---- stream.c */

/* One chunk; with WWS_CHUNK_ERROR `reason` says why there is none. */
typedef void wws_chunk_function(JSContext* context, void* opaque, wws_span bytes, uint32_t flags,
                                JSValueConst reason);

int wws_stream_init(JSContext* context);
/* The ReadableStream over a body, made at the first call; owned by the body, borrowed by you. */
JSValueConst wws_body_stream(JSContext* context, wws_body* body);
bool wws_is_readable_stream(JSContext* context, JSValueConst value);
/* Where the bytes of a stream are that wws_body_stream made and nobody has looked into since; NULL:
 * another value, or somebody has. Borrowed. */
const wws_body* wws_stream_source(JSContext* context, JSValueConst stream);
/* Of such a stream: whether its bytes were read on another way, and that they are. */
bool wws_stream_taken(JSContext* context, JSValueConst stream);
void wws_stream_take(JSContext* context, JSValueConst stream);
/* Asks the host for the next chunk of a stream; `function` is called once. -1 after an exception.
 */
int wws_host_stream_read(JSContext* context, int32_t stream, wws_chunk_function* function,
                         void* opaque);
/* No chunk is wanted any more. */
void wws_host_stream_cancel(JSContext* context, int32_t stream);
/* The fetch of the stream was aborted: who reads it, now or later, gets `reason`. */
void wws_host_stream_abort(JSContext* context, int32_t stream, JSValueConst reason);

typedef void wws_all_function(JSContext* context, void* opaque, wws_blob* bytes,
                              JSValueConst error);
/* Reads a stream of the host to its end; calls back once with the bytes (borrowed) or an error. */
int wws_host_stream_read_all(JSContext* context, int32_t stream, wws_all_function* function,
                             void* opaque);

/* ---- pump.c: a body on its way to a stream of the host */

int wws_pump_init(JSContext* context);
/* The body becomes used. */
int wws_pump_start(JSContext* context, int32_t destination, wws_body* body);
bool wws_pump_active(JSContext* context, int32_t destination);
/* Drops it, its source cancelled with `reason`; no write follows. */
void wws_pump_stop(JSContext* context, int32_t destination, JSValueConst reason);
/* Cuts the body as failed. */
void wws_pump_fail(JSContext* context, int32_t destination, JSValueConst reason);

/* ---- request.c */

typedef struct {
  wws_blob* message; /* of an incoming request; NULL else */
  uint32_t method_at, method_size, url_at, url_size;
  uint32_t headers_at, header_count, params_at, param_count; /* in `message` */
  JSValue method, url;                                       /* strings; undefined until read */
  wws_headers* headers;                                      /* NULL until read */
  JSValue headers_object, params, signal;
  JSValue referrer, integrity;
  JSValue blob; /* what a blob: URL names; undefined else */
  wws_body body;
  uint8_t mode, credentials, cache, redirect, referrer_policy, keepalive;
} wws_fetch_request;

int wws_request_class_init(JSContext* context);
wws_fetch_request* wws_request_new(JSContext* context);
void wws_request_free(JSRuntime* runtime, wws_fetch_request* request);
/* What the constructor does. -1 after an exception. */
int wws_request_build(JSContext* context, wws_fetch_request* request, JSValueConst input,
                      JSValueConst init);
wws_fetch_request* wws_request_of(JSContext* context, JSValueConst value);  /* NULL: no Request */
JSValue wws_request_object(JSContext* context, wws_fetch_request* request); /* takes it over */
wws_headers* wws_request_headers(JSContext* context, wws_fetch_request* request); /* borrowed */
JSValueConst wws_request_url(JSContext* context, wws_fetch_request* request);     /* borrowed */
JSValueConst wws_request_method(JSContext* context, wws_fetch_request* request);  /* borrowed */
uint32_t wws_request_redirect_flags(const wws_fetch_request* request); /* WWS_FETCH_REDIRECT_* */
/* Parses a URL as the URL class does; the normalised text. */
JSValue wws_parse_url(JSContext* context, JSValueConst text);
JSValue wws_parse_url_from(JSContext* context, JSValueConst text, JSValueConst base);
bool wws_is_token(wws_span text);

/* ---- response.c */

typedef enum {
  WWS_RESPONSE_DEFAULT,
  WWS_RESPONSE_BASIC,
  WWS_RESPONSE_ERROR,
} wws_response_type;

typedef struct {
  uint16_t status;
  uint8_t type;
  uint8_t body_type; /* wws_body_type that stands for a content-type header; see headers */
  bool redirected;
  JSValue status_text, url; /* undefined: empty */
  wws_headers* headers;     /* NULL: none but what body_type says */
  JSValue headers_object;
  JSValue web_socket; /* the client's end of the WebSocket that it is; undefined else */
  wws_body body;
} wws_fetch_response;

int wws_response_class_init(JSContext* context);
wws_fetch_response* wws_response_new(JSContext* context);
void wws_response_free(JSRuntime* runtime, wws_fetch_response* response);
wws_fetch_response* wws_response_of(JSContext* context, JSValueConst value);   /* NULL: none */
JSValue wws_response_object(JSContext* context, wws_fetch_response* response); /* takes it over */
wws_headers* wws_response_headers(JSContext* context, wws_fetch_response* response); /* borrowed */
/* Gives the response to the host, its body inline where all of it is there. */
int wws_response_send(JSContext* context, wws_fetch_response* response);

/* ---- outgoing.c, event.c, dispatch.c */

int wws_outgoing_init(JSContext* context);
int wws_event_init(JSContext* context);
int wws_dispatch_init(JSContext* context);
JSValue wws_fetch_event(JSContext* context);
JSValue wws_execution_context(JSContext* context);
/* The request under way, as an object; the same one each time. */
JSValue wws_current_request(JSContext* context);
/* The request under way, or NULL. */
wws_fetch_request* wws_current_request_struct(JSContext* context);
/* request.signal was asked for: it is aborted when the client goes. */
void wws_dispatch_watch_client(JSContext* context, wws_fetch_request* request);
/* respondWith: an exception when there is an answer already. */
int wws_dispatch_answer(JSContext* context, JSValueConst answer);

/* ---- fetch.c: classes and atoms, made once */

/* One more name changes every line that clang-format makes of this. */
/* clang-format off */
#define WWS_FETCH_ATOMS(X) \
  X(aborted) X(reason) X(signal) X(method) X(headers) X(body) X(status) X(statusText) \
  X(mode) X(credentials) X(cache) X(redirect) X(referrer) X(referrerPolicy) X(integrity) \
  X(keepalive) X(duplex) X(cancel) X(done) X(value) X(enqueue) X(close) X(error) X(locked) \
  X(tee) X(fetch) X(handleEvent) X(next) X(prototype) X(_disturbed) X(stream) X(pull) \
  X(control) X(chunk) X(end) X(getReader) X(webSocket) X(_readableStreamController) \
  X(_controlledReadableByteStream)
/* clang-format on */

typedef struct wws_outgoing wws_outgoing;
typedef struct wws_pump wws_pump;

/* A field of a ReadableStream, and what stands for it while nobody has looked (stream.c). */
enum { WWS_STREAM_FIELDS = 5 };
typedef struct {
  JSAtom name;
  JSValue get, set;
} wws_stream_field;

typedef struct {
  JSClassID headers_class, headers_iterator_class, request_class, response_class, event_class,
      context_class, stream_class;
  JSValue request_constructor, response_constructor, headers_constructor;
  JSValue readable_stream, readable_stream_prototype;
  wws_stream_field stream_fields[WWS_STREAM_FIELDS];
#define X(name) JSAtom name;
  struct {
    WWS_FETCH_ATOMS(X)
  } atoms;
#undef X
  JSAtom symbol_iterator, symbol_to_primitive;
  wws_list host_streams; /* of stream.c */
  wws_pump* pumps;
  wws_outgoing* outgoing;
  /* the request under way */
  wws_blob* message;          /* while it may be in the mailbox */
  wws_fetch_request* request; /* until it is an object, owned here */
  JSValue request_object, answer, handler_result, client_signal;
  bool answer_given, answer_adopted, answered, waits_for_client;
} wws_fetch_state;

wws_fetch_state* wws_fetch_of(JSContext* context);
/* internals[name](...) */
JSValue wws_fetch_internal(JSContext* context, const char* name, int count, JSValueConst* values);
/* Makes a constructor with its prototype, global and not enumerable. */
JSValue wws_fetch_define_class(JSContext* context, JSClassID class_id, const char* name,
                               JSCFunction* constructor, int length,
                               const JSCFunctionListEntry* functions, int count,
                               const JSCFunctionListEntry* statics, int static_count);
/* An object of the class, with the prototype of new.target when that is a subclass. */
JSValue wws_fetch_construct(JSContext* context, JSValueConst new_target, JSValueConst constructor,
                            JSClassID class_id);

#endif
