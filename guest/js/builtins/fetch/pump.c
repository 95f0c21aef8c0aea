/* A body on its way to a stream of the host: a ReadableStream's chunks, or another stream of the
 * host, without JavaScript in between. */
#include "fetch.h"

struct wws_pump {
  wws_pump* next;
  int32_t destination;
  int32_t source; /* stream of the host, when `stop` is undefined */
  bool from_host;
  bool blocked;    /* the host takes no more before EVENT_WRITABLE */
  JSValue stop;    /* what readChunks gave out */
  JSValue unblock; /* resolves the promise that readChunks waits for */
};

static wws_pump* find(JSContext* context, int32_t destination) {
  wws_pump* pump = wws_fetch_of(context)->pumps;
  while (pump && pump->destination != destination) pump = pump->next;
  return pump;
}

bool wws_pump_active(JSContext* context, int32_t destination) {
  return find(context, destination) != NULL;
}

static void drop(JSContext* context, wws_pump* pump) {
  wws_pump** link = &wws_fetch_of(context)->pumps;
  while (*link != pump) link = &(*link)->next;
  *link = pump->next;
  if (pump->blocked) wws_operation_ended(context);
  JS_FreeValues(context, pump->stop, pump->unblock);
  js_free(context, pump);
}

static void cancel_source(JSContext* context, wws_pump* pump, JSValueConst reason) {
  if (pump->from_host) {
    wws_host_stream_cancel(context, pump->source);
  } else if (JS_IsFunction(context, pump->stop)) {
    JSValue result = JS_Call(context, pump->stop, JS_UNDEFINED, 1, &reason);
    if (JS_IsException(result)) JS_FreeValue(context, JS_GetException(context));
    JS_FreeValue(context, result);
  }
}

void wws_pump_stop(JSContext* context, int32_t destination, JSValueConst reason) {
  wws_pump* pump = find(context, destination);
  if (!pump) return;
  cancel_source(context, pump, reason);
  if (find(context, destination) == pump) drop(context, pump);
}

/* The source has failed: the other side must not take what it has for the whole. */
static void cut(JSContext* context, wws_pump* pump, JSValueConst reason) {
  int32_t destination = pump->destination;
  drop(context, pump);
  wws_host_write(destination, "", 0, WWS_WRITE_ABORT);
  if (destination == WWS_STREAM_RESPONSE) wws_report_value(context, WWS_FAULT_BODY, reason);
}

void wws_pump_fail(JSContext* context, int32_t destination, JSValueConst reason) {
  wws_pump* pump = find(context, destination);
  if (pump) cut(context, pump, reason);
}

/* WWS_WRITE_*, the pump gone when nobody listens any more or all is sent. */
static int32_t send(JSContext* context, wws_pump* pump, wws_span bytes, int32_t flags) {
  int32_t result = wws_host_write(pump->destination, bytes.at, bytes.size, flags);
  if (result == WWS_WRITE_GONE) {
    wws_pump_stop(context, pump->destination, JS_UNDEFINED);
  } else if (flags & WWS_WRITE_END) {
    drop(context, pump);
  } else if (result == WWS_WRITE_WAIT) {
    pump->blocked = true;
    wws_operation_began(context);
  }
  return result;
}

/* ---- from a stream of the host */

static void read_next(JSContext* context, wws_pump* pump);

static void on_chunk(JSContext* context, void* opaque, wws_span bytes, uint32_t flags,
                     JSValueConst reason) {
  int32_t destination = (int32_t)(intptr_t)opaque;
  wws_pump* pump = find(context, destination);
  if (!pump) return;
  if (flags & WWS_CHUNK_ERROR) {
    cut(context, pump, reason);
    return;
  }
  int32_t end = flags & WWS_CHUNK_END ? WWS_WRITE_END : 0;
  int32_t result = WWS_WRITE_OK;
  if (bytes.size || end) result = send(context, pump, bytes, end);
  if (result == WWS_WRITE_OK && !end) read_next(context, pump);
}

static void read_next(JSContext* context, wws_pump* pump) {
  void* opaque = (void*)(intptr_t)pump->destination;
  if (wws_host_stream_read(context, pump->source, on_chunk, opaque) == 0) return;
  JSValue reason = JS_GetException(context);
  cut(context, pump, reason);
  JS_FreeValue(context, reason);
}

/* ---- from a ReadableStream. data[0] of the functions is the destination. */

static JSValue chunk(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                     int magic, JSValueConst* data) {
  int32_t destination = JS_VALUE_GET_INT(data[0]);
  wws_pump* pump = find(context, destination);
  if (!pump) return JS_UNDEFINED;
  wws_span bytes;
  bytes.at = wws_buffer_bytes(context, values[0], &bytes.size);
  if (!bytes.size || send(context, pump, bytes, 0) != WWS_WRITE_WAIT) return JS_UNDEFINED;
  JSValue resolve[2];
  JSValue promise = JS_NewPromiseCapability(context, resolve);
  if (JS_IsException(promise)) return promise;
  pump->unblock = resolve[0];
  JS_FreeValue(context, resolve[1]);
  return promise;
}

static JSValue end(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                   int magic, JSValueConst* data) {
  int32_t destination = JS_VALUE_GET_INT(data[0]);
  wws_pump* pump = find(context, destination);
  if (pump) send(context, pump, wws_span_of(""), WWS_WRITE_END);
  return JS_UNDEFINED;
}

static JSValue error(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                     int magic, JSValueConst* data) {
  int32_t destination = JS_VALUE_GET_INT(data[0]);
  wws_pump_fail(context, destination, values[0]);
  return JS_UNDEFINED;
}

static int read_chunks(JSContext* context, wws_pump* pump, JSValueConst stream) {
  const wws_fetch_state* state = wws_fetch_of(context);
  JSValue id = JS_NewInt32(context, pump->destination);
  JSValue sink = JS_NewObject(context);
  JS_DefinePropertyValue(context, sink, state->atoms.chunk,
                         JS_NewCFunctionData(context, chunk, 1, 0, 1, &id), JS_PROP_C_W_E);
  JS_DefinePropertyValue(context, sink, state->atoms.end,
                         JS_NewCFunctionData(context, end, 0, 0, 1, &id), JS_PROP_C_W_E);
  JS_DefinePropertyValue(context, sink, state->atoms.error,
                         JS_NewCFunctionData(context, error, 1, 0, 1, &id), JS_PROP_C_W_E);
  JSValueConst arguments[2] = {stream, sink};
  JSValue stop = wws_fetch_internal(context, "readChunks", 2, arguments);
  JS_FreeValue(context, sink);
  if (JS_IsException(stop)) return -1;
  pump->stop = stop;
  return 0;
}

int wws_pump_start(JSContext* context, int32_t destination, wws_body* body) {
  wws_fetch_state* state = wws_fetch_of(context);
  wws_pump* pump = js_mallocz(context, sizeof *pump);
  if (!pump) return -1;
  pump->destination = destination;
  pump->stop = pump->unblock = JS_UNDEFINED;
  pump->next = state->pumps;
  state->pumps = pump;
  pump->from_host = wws_body_reads_host(context, body);
  wws_body_take(context, body);
  if (pump->from_host) {
    pump->source = body->host;
    read_next(context, pump);
    return 0;
  }
  if (read_chunks(context, pump, body->stream) == 0) return 0;
  drop(context, pump);
  return -1;
}

static int on_writable(JSContext* context, uint32_t id, wws_reader* rest) {
  wws_pump* pump = find(context, (int32_t)id);
  if (!pump || !pump->blocked) return 0;
  pump->blocked = false;
  wws_operation_ended(context);
  if (pump->from_host) {
    read_next(context, pump);
    return 0;
  }
  JSValue unblock = pump->unblock;
  pump->unblock = JS_UNDEFINED;
  JSValue result = JS_Call(context, unblock, JS_UNDEFINED, 0, NULL);
  JS_FreeValue(context, unblock);
  if (JS_IsException(result)) return -1;
  JS_FreeValue(context, result);
  return 0;
}

int wws_pump_init(JSContext* context) {
  wws_on_event(context, WWS_EVENT_WRITABLE, on_writable);
  return 0;
}
