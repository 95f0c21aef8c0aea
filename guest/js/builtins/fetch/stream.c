/* Streams of the host, and bodies as ReadableStreams over them. */
#include <string.h>

#include "fetch.h"

/* A stream of the host that somebody reads or may read. */
typedef struct {
  int32_t stream;
  wws_chunk_function* function; /* NULL: no read is under way */
  void* opaque;
  JSValue source; /* { control } of a ReadableStream; undefined without */
  JSValue reason; /* why it was aborted; undefined when it was not */
} host_stream;

static host_stream* find(JSContext* context, int32_t stream) {
  wws_list* list = &wws_fetch_of(context)->host_streams;
  host_stream* all = list->at;
  for (uint32_t i = 0; i < list->count; ++i) {
    if (all[i].stream == stream) return &all[i];
  }
  return NULL;
}

static host_stream* find_or_add(JSContext* context, int32_t stream) {
  host_stream* found = find(context, stream);
  if (found) return found;
  found = wws_list_push(context, &wws_fetch_of(context)->host_streams, sizeof *found);
  if (found) *found = (host_stream){stream, NULL, NULL, JS_UNDEFINED, JS_UNDEFINED};
  return found;
}

int wws_host_stream_read(JSContext* context, int32_t stream, wws_chunk_function* function,
                         void* opaque) {
  host_stream* entry = find_or_add(context, stream);
  if (!entry) return -1;
  if (!JS_IsUndefined(entry->reason)) {
    JS_Throw(context, JS_DupValue(context, entry->reason));
    return -1;
  }
  if (entry->function) {
    JS_ThrowTypeError(context, "the body is being read already");
    return -1;
  }
  entry->function = function;
  entry->opaque = opaque;
  wws_operation_began(context);
  wws_host_read(stream);
  return 0;
}

/* The read under way, which is then none any more. */
static bool take_read(JSContext* context, int32_t stream, host_stream* out) {
  host_stream* entry = find(context, stream);
  if (!entry || !entry->function) return false;
  *out = *entry;
  entry->function = NULL;
  wws_operation_ended(context);
  return true;
}

void wws_host_stream_cancel(JSContext* context, int32_t stream) {
  host_stream read;
  take_read(context, stream, &read);
  wws_host_cancel(WWS_CANCEL_READ, stream);
}

static void call_control(JSContext* context, JSValueConst source, JSAtom method, int count,
                         JSValueConst* values) {
  JSValue control = JS_GetProperty(context, source, wws_fetch_of(context)->atoms.control);
  JSValue result = JS_Invoke(context, control, method, count, values);
  JS_FreeValue(context, control);
  if (JS_IsException(result)) {
    /* A stream that was cancelled or has failed meanwhile takes no more. */
    JS_FreeValue(context, JS_GetException(context));
    return;
  }
  JS_FreeValue(context, result);
}

void wws_host_stream_abort(JSContext* context, int32_t stream, JSValueConst reason) {
  host_stream read;
  host_stream* entry = find_or_add(context, stream);
  if (!entry) {
    JS_FreeValue(context, JS_GetException(context));
    return;
  }
  JS_FreeValue(context, entry->reason);
  entry->reason = JS_DupValue(context, reason);
  JSValue source = JS_DupValue(context, entry->source);
  if (take_read(context, stream, &read)) {
    read.function(context, read.opaque, wws_span_of(""), WWS_CHUNK_ERROR, reason);
  } else if (!JS_IsUndefined(source)) {
    call_control(context, source, wws_fetch_of(context)->atoms.error, 1, &reason);
  }
  JS_FreeValue(context, source);
}

static JSValue type_error(JSContext* context, wws_span text) {
  JS_ThrowTypeError(context, "%.*s", (int)(text.size > 1000 ? 1000 : text.size),
                    (const char*)text.at);
  return JS_GetException(context);
}

static int on_chunk(JSContext* context, uint32_t id, wws_reader* rest) {
  uint32_t flags = wws_read_u32(rest);
  wws_span bytes = wws_read_str(rest);
  host_stream read;
  if (rest->bad || !take_read(context, (int32_t)id, &read)) return 0;
  JSValue reason = flags & WWS_CHUNK_ERROR ? type_error(context, bytes) : JS_UNDEFINED;
  if (flags & WWS_CHUNK_ERROR) bytes = wws_span_of("");
  read.function(context, read.opaque, bytes, flags, reason);
  JS_FreeValue(context, reason);
  return 0;
}

/* ---- all of a stream */

typedef struct {
  int32_t stream;
  wws_all_function* function;
  void* opaque;
  wws_blob* bytes;
  size_t capacity;
} reading;

static void finish(JSContext* context, reading* state, JSValueConst error) {
  bool failed = !JS_IsUndefined(error);
  state->function(context, state->opaque, failed ? NULL : state->bytes, error);
  wws_blob_free(JS_GetRuntime(context), state->bytes);
  js_free(context, state);
}

static int add(JSContext* context, reading* state, wws_span bytes) {
  wws_blob* blob = state->bytes;
  if (bytes.size > INT32_MAX - blob->size) {
    JS_ThrowRangeError(context, "the body is too large");
    return -1;
  }
  size_t wanted = blob->size + bytes.size;
  if (wanted > state->capacity) {
    size_t capacity = state->capacity * 2 > wanted ? state->capacity * 2 : wanted;
    uint8_t* at = js_realloc(context, blob->at, capacity);
    if (!at) return -1;
    blob->at = at;
    state->capacity = capacity;
  }
  if (bytes.size) memcpy(blob->at + blob->size, bytes.at, bytes.size);
  blob->size = wanted;
  return 0;
}

static void more(JSContext* context, void* opaque, wws_span bytes, uint32_t flags,
                 JSValueConst reason) {
  reading* state = opaque;
  if (flags & WWS_CHUNK_ERROR) {
    finish(context, state, reason);
    return;
  }
  int result = add(context, state, bytes);
  if (result == 0 && (flags & WWS_CHUNK_END)) {
    finish(context, state, JS_UNDEFINED);
    return;
  }
  if (result == 0) result = wws_host_stream_read(context, state->stream, more, state);
  if (result == 0) return;
  JSValue error = JS_GetException(context);
  finish(context, state, error);
  JS_FreeValue(context, error);
}

int wws_host_stream_read_all(JSContext* context, int32_t stream, wws_all_function* function,
                             void* opaque) {
  reading* state = js_mallocz(context, sizeof *state);
  if (!state) return -1;
  state->stream = stream;
  state->function = function;
  state->opaque = opaque;
  state->bytes = wws_blob_new(context, (const uint8_t*)"", 0);
  if (state->bytes && wws_host_stream_read(context, stream, more, state) == 0) return 0;
  wws_blob_free(JS_GetRuntime(context), state->bytes);
  js_free(context, state);
  return -1;
}

/* ---- ReadableStreams. `data[0]` of their functions is the source, { control }, where control is
 * what makeByteStream gave out. */

static JSValue pull_whole(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                          int magic, JSValueConst* data) {
  const wws_fetch_state* state = wws_fetch_of(context);
  size_t size;
  wws_buffer_bytes(context, data[1], &size);
  if (size) call_control(context, data[0], state->atoms.enqueue, 1, &data[1]);
  call_control(context, data[0], state->atoms.close, 0, NULL);
  return JS_UNDEFINED;
}

static void give_chunk(JSContext* context, void* opaque, wws_span bytes, uint32_t flags,
                       JSValueConst reason) {
  const wws_fetch_state* state = wws_fetch_of(context);
  host_stream* entry = find(context, (int32_t)(intptr_t)opaque);
  if (!entry) return;
  JSValue source = JS_DupValue(context, entry->source);
  if (flags & WWS_CHUNK_ERROR) {
    call_control(context, source, state->atoms.error, 1, &reason);
    JS_FreeValue(context, source);
    return;
  }
  if (bytes.size) {
    JSValue chunk = JS_NewUint8ArrayCopy(context, bytes.at, bytes.size);
    call_control(context, source, state->atoms.enqueue, 1, &chunk);
    JS_FreeValue(context, chunk);
  }
  if (flags & WWS_CHUNK_END) {
    call_control(context, source, state->atoms.close, 0, NULL);
  } else if (!bytes.size) {
    /* The reader still waits, and a stream pulls once for a read. */
    wws_host_stream_read(context, entry->stream, give_chunk, opaque);
  }
  JS_FreeValue(context, source);
}

static JSValue pull_host(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                         int magic, JSValueConst* data) {
  int32_t stream = JS_VALUE_GET_INT(data[0]);
  host_stream* entry = find(context, stream);
  if (entry && entry->function) return JS_UNDEFINED;
  if (wws_host_stream_read(context, stream, give_chunk, (void*)(intptr_t)stream) < 0) {
    return JS_EXCEPTION;
  }
  return JS_UNDEFINED;
}

static JSValue cancel_host(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                           int magic, JSValueConst* data) {
  int32_t stream = JS_VALUE_GET_INT(data[0]);
  wws_host_stream_cancel(context, stream);
  return JS_UNDEFINED;
}

/* makeByteStream({ pull, cancel }), with its control put into `source`; the stream. */
static JSValue make_stream(JSContext* context, JSValueConst source, JSValue pull, JSValue cancel) {
  const wws_fetch_state* state = wws_fetch_of(context);
  JSValue functions = JS_NewObject(context);
  JS_DefinePropertyValue(context, functions, state->atoms.pull, pull, JS_PROP_C_W_E);
  JS_DefinePropertyValue(context, functions, state->atoms.cancel, cancel, JS_PROP_C_W_E);
  JSValue control = wws_fetch_internal(context, "makeByteStream", 1, &functions);
  JS_FreeValue(context, functions);
  if (JS_IsException(control)) return control;
  JSValue stream = JS_GetProperty(context, control, state->atoms.stream);
  JS_DefinePropertyValue(context, source, state->atoms.control, control, JS_PROP_C_W_E);
  return stream;
}

static JSValue stream_of_whole(JSContext* context, const wws_body* body, JSValueConst source) {
  JSValue bytes = wws_body_as_bytes(context, body);
  if (JS_IsException(bytes)) return bytes;
  JSValueConst data[2] = {source, bytes};
  JSValue pull = JS_NewCFunctionData(context, pull_whole, 0, 0, 2, data);
  JS_FreeValue(context, bytes);
  return make_stream(context, source, pull, JS_UNDEFINED);
}

static JSValue stream_of_host(JSContext* context, int32_t id, JSValueConst source) {
  host_stream* entry = find_or_add(context, id);
  if (!entry) return JS_EXCEPTION;
  entry->source = JS_DupValue(context, source);
  JSValue aborted = JS_DupValue(context, entry->reason);
  JSValue number = JS_NewInt32(context, id);
  JSValue pull = JS_NewCFunctionData(context, pull_host, 0, 0, 1, &number);
  JSValue cancel = JS_NewCFunctionData(context, cancel_host, 0, 0, 1, &number);
  JSValue stream = make_stream(context, source, pull, cancel);
  if (!JS_IsUndefined(aborted) && !JS_IsException(stream)) {
    call_control(context, source, wws_fetch_of(context)->atoms.error, 1, &aborted);
  }
  JS_FreeValue(context, aborted);
  return stream;
}

/* `${request.body}` is the posted text, as when body was a string. */
static JSValue stream_to_text(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values, int magic, JSValueConst* data) {
  return JS_DupValue(context, data[0]);
}

static int convert_to_text(JSContext* context, JSValueConst stream, const wws_body* body) {
  JSValue text = wws_body_as_text(context, body);
  if (JS_IsException(text)) return -1;
  JSValue function = JS_NewCFunctionData2(context, stream_to_text, "toString", 0, 0, 1, &text);
  JS_FreeValue(context, text);
  if (JS_IsException(function)) return -1;
  int flags = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
  JS_DefinePropertyValue(context, stream, wws_fetch_of(context)->symbol_to_primitive,
                         JS_DupValue(context, function), flags);
  return JS_DefinePropertyValueStr(context, stream, "toString", function, flags);
}

/* ---- streams that nobody has looked into: most are only handed on, as in new
 * Response(other.body). Such a one has the prototype of a ReadableStream and the names of the
 * ponyfill's fields; whoever reads one of these makes the stream. Until then its bytes go their way
 * without it. */

typedef struct {
  wws_body body; /* where the bytes are */
  bool taken;    /* they were read: the stream is locked and disturbed */
  bool made;     /* the fields are there */
} untouched;

static untouched* untouched_of(JSContext* context, JSValueConst stream) {
  untouched* state = JS_GetOpaque(stream, wws_fetch_of(context)->stream_class);
  return state && !state->made ? state : NULL;
}

const wws_body* wws_stream_source(JSContext* context, JSValueConst stream) {
  untouched* state = untouched_of(context, stream);
  return state ? &state->body : NULL;
}

bool wws_stream_taken(JSContext* context, JSValueConst stream) {
  untouched* state = untouched_of(context, stream);
  return state && state->taken;
}

void wws_stream_take(JSContext* context, JSValueConst stream) {
  untouched* state = untouched_of(context, stream);
  if (state) state->taken = true;
}

/* Moves the fields of the stream that was made, and what its controller controls, to `stream`. */
static int move_fields(JSContext* context, JSValueConst stream, JSValueConst made) {
  const wws_fetch_state* state = wws_fetch_of(context);
  for (int i = 0; i < WWS_STREAM_FIELDS; ++i) {
    JSAtom name = state->stream_fields[i].name;
    JSValue value = JS_GetProperty(context, made, name);
    if (JS_IsException(value) ||
        JS_DefinePropertyValue(context, stream, name, value, JS_PROP_C_W_E) < 0)
      return -1;
  }
  JSValue controller = JS_GetProperty(context, made, state->atoms._readableStreamController);
  int result = JS_SetProperty(context, controller, state->atoms._controlledReadableByteStream,
                              JS_DupValue(context, stream));
  JS_FreeValue(context, controller);
  return result;
}

static int make_untouched(JSContext* context, JSValueConst stream, untouched* state) {
  state->made = true;
  JSValue source = JS_NewObject(context);
  if (JS_IsException(source)) return -1;
  JSValue made = state->body.kind == WWS_BODY_IS_HOST
                     ? stream_of_host(context, state->body.host, source)
                     : stream_of_whole(context, &state->body, source);
  JS_FreeValue(context, source);
  int result = JS_IsException(made) ? -1 : move_fields(context, stream, made);
  JS_FreeValue(context, made);
  if (result < 0 || !state->taken) return result;
  JSValue reader = JS_Invoke(context, stream, wws_fetch_of(context)->atoms.getReader, 0, NULL);
  JS_FreeValue(context, reader);
  return JS_IsException(reader) ? -1 : 0;
}

static JSValue get_field(JSContext* context, JSValueConst self, int field) {
  untouched* state = untouched_of(context, self);
  if (!state) return JS_UNDEFINED;
  if (make_untouched(context, self, state) < 0) return JS_EXCEPTION;
  return JS_GetProperty(context, self, wws_fetch_of(context)->stream_fields[field].name);
}

static JSValue set_field(JSContext* context, JSValueConst self, JSValueConst value, int field) {
  untouched* state = untouched_of(context, self);
  if (!state) return JS_UNDEFINED;
  if (make_untouched(context, self, state) < 0) return JS_EXCEPTION;
  JSAtom name = wws_fetch_of(context)->stream_fields[field].name;
  if (JS_SetProperty(context, self, name, JS_DupValue(context, value)) < 0) return JS_EXCEPTION;
  return JS_UNDEFINED;
}

static void finalize_stream(JSRuntime* runtime, JSValueConst value) {
  untouched* state = JS_GetOpaque(value, JS_GetClassID(value));
  if (!state) return;
  wws_body_free(runtime, &state->body);
  js_free_rt(runtime, state);
}

static void mark_stream(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* mark) {
  untouched* state = JS_GetOpaque(value, JS_GetClassID(value));
  if (state) wws_body_mark(runtime, &state->body, mark);
}

static const JSClassDef stream_class = {"ReadableStream", .finalizer = finalize_stream,
                                        .gc_mark = mark_stream};

static JSValue new_untouched(JSContext* context, const wws_body* body) {
  const wws_fetch_state* fetch = wws_fetch_of(context);
  untouched* state = js_mallocz(context, sizeof *state);
  if (!state) return JS_EXCEPTION;
  JSValue stream =
      JS_NewObjectProtoClass(context, fetch->readable_stream_prototype, fetch->stream_class);
  if (JS_IsException(stream)) {
    js_free(context, state);
    return stream;
  }
  JS_SetOpaque(stream, state);
  wws_body_init(&state->body);
  wws_body_share(context, &state->body, body);
  state->taken = body->used;
  for (int i = 0; i < WWS_STREAM_FIELDS; ++i) {
    const wws_stream_field* field = &fetch->stream_fields[i];
    if (JS_DefinePropertyGetSet(context, stream, field->name, JS_DupValue(context, field->get),
                                JS_DupValue(context, field->set),
                                JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE) < 0) {
      JS_FreeValue(context, stream);
      return JS_EXCEPTION;
    }
  }
  return stream;
}

static int init_stream_class(JSContext* context) {
  static const char* const kFields[WWS_STREAM_FIELDS] = {"_state", "_reader", "_storedError",
                                                         "_disturbed", "_readableStreamController"};
  JSRuntime* runtime = JS_GetRuntime(context);
  wws_fetch_state* state = wws_fetch_of(context);
  JS_NewClassID(runtime, &state->stream_class);
  if (JS_NewClass(runtime, state->stream_class, &stream_class) < 0) return -1;
  state->readable_stream_prototype =
      JS_GetProperty(context, state->readable_stream, state->atoms.prototype);
  for (int i = 0; i < WWS_STREAM_FIELDS; ++i) {
    wws_stream_field* field = &state->stream_fields[i];
    field->name = JS_NewAtom(context, kFields[i]);
    JSCFunctionType get = {.getter_magic = get_field}, set = {.setter_magic = set_field};
    field->get = JS_NewCFunction2(context, get.generic, "", 0, JS_CFUNC_getter_magic, i);
    field->set = JS_NewCFunction2(context, set.generic, "", 1, JS_CFUNC_setter_magic, i);
    if (JS_IsException(field->get) || JS_IsException(field->set)) return -1;
  }
  return 0;
}

int wws_stream_init(JSContext* context) {
  wws_on_event(context, WWS_EVENT_CHUNK, on_chunk);
  return init_stream_class(context);
}

JSValueConst wws_body_stream(JSContext* context, wws_body* body) {
  if (!JS_IsUndefined(body->stream)) return body->stream;
  JSValue stream = new_untouched(context, body);
  if (JS_IsException(stream)) return stream;
  if (body->kind != WWS_BODY_IS_HOST && body->incoming &&
      convert_to_text(context, stream, body) < 0) {
    JS_FreeValue(context, stream);
    return JS_EXCEPTION;
  }
  body->stream = stream;
  return stream;
}

bool wws_is_readable_stream(JSContext* context, JSValueConst value) {
  JSValueConst stream = wws_fetch_of(context)->readable_stream;
  if (JS_IsUndefined(stream)) return false;
  int result = JS_IsInstanceOf(context, value, stream);
  if (result < 0) JS_FreeValue(context, JS_GetException(context));
  return result > 0;
}
