/* fetch(): https://fetch.spec.whatwg.org/#fetch-method */
#include <string.h>

#include "fetch.h"
#include "header_list.h"

struct wws_outgoing {
  wws_outgoing* next;
  int32_t id;
  bool answered; /* the head is there: what is left is the body */
  JSValue resolve[2];
  JSValue signal;   /* undefined without */
  JSValue on_abort; /* the function given to internals.onAbort */
};

static wws_outgoing* find(JSContext* context, int32_t id) {
  wws_outgoing* operation = wws_fetch_of(context)->outgoing;
  while (operation && operation->id != id) operation = operation->next;
  return operation;
}

static void forget(JSContext* context, wws_outgoing* operation) {
  wws_outgoing** link = &wws_fetch_of(context)->outgoing;
  while (*link != operation) link = &(*link)->next;
  *link = operation->next;
  JS_FreeValues(context, operation->resolve[0], operation->resolve[1], operation->signal,
                operation->on_abort);
  js_free(context, operation);
}

static void settle(JSContext* context, wws_outgoing* operation, bool failed, JSValueConst value) {
  operation->answered = true;
  JSValue result = JS_Call(context, operation->resolve[failed], JS_UNDEFINED, 1, &value);
  if (JS_IsException(result)) JS_FreeValue(context, JS_GetException(context));
  JS_FreeValue(context, result);
}

/* ---- abort */

static JSValue on_abort(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                        int magic, JSValueConst* data) {
  int32_t id = JS_VALUE_GET_INT(data[0]);
  wws_outgoing* operation = find(context, id);
  if (!operation) return JS_UNDEFINED;
  JSValueConst reason = count > 0 ? values[0] : JS_UNDEFINED;
  wws_pump_stop(context, id, reason);
  wws_host_cancel(WWS_CANCEL_FETCH, id);
  if (operation->answered) {
    wws_host_stream_abort(context, id, reason);
  } else {
    wws_operation_ended(context);
    settle(context, operation, true, reason);
  }
  forget(context, operation);
  return JS_UNDEFINED;
}

static int watch(JSContext* context, wws_outgoing* operation) {
  if (JS_IsUndefined(operation->signal)) return 0;
  JSValue id = JS_NewInt32(context, operation->id);
  operation->on_abort = JS_NewCFunctionData(context, on_abort, 1, 0, 1, &id);
  JSValueConst arguments[2] = {operation->signal, operation->on_abort};
  JSValue result = wws_fetch_internal(context, "onAbort", 2, arguments);
  if (JS_IsException(result)) return -1;
  JS_FreeValue(context, result);
  return 0;
}

/* 1 and the reason as exception when the signal is aborted already. */
static int check_aborted(JSContext* context, JSValueConst signal) {
  if (JS_IsUndefined(signal)) return 0;
  JSValue aborted = JS_GetProperty(context, signal, wws_fetch_of(context)->atoms.aborted);
  int result = JS_IsException(aborted) ? -1 : JS_ToBool(context, aborted);
  JS_FreeValue(context, aborted);
  if (result <= 0) return result;
  JSValue reason = JS_GetProperty(context, signal, wws_fetch_of(context)->atoms.reason);
  if (!JS_IsException(reason)) JS_Throw(context, reason);
  return 1;
}

/* ---- sending */

static uint32_t body_flags(const wws_body* body) {
  switch (body->kind) {
    case WWS_BODY_IS_NULL: return 0;
    case WWS_BODY_IS_TEXT:
    case WWS_BODY_IS_BYTES: return WWS_FETCH_BODY_INLINE;
    default: return WWS_FETCH_BODY_STREAM;
  }
}

static void write_body(wws_writer* writer, const wws_body* body) {
  if (body->kind == WWS_BODY_IS_TEXT) {
    wws_write_text(writer, body->text);
  } else if (body->kind == WWS_BODY_IS_BYTES) {
    wws_write_str(writer, body->blob->at + body->at, body->size);
  } else {
    wws_write_str(writer, "", 0);
  }
}

/* The URL without its fragment, which is not sent. */
static void write_url(JSContext* context, wws_writer* writer, JSValueConst url) {
  size_t size, end = 0;
  const uint8_t* at = wws_string_latin1(context, url, &size);
  while (at && end < size && at[end] != '#') ++end;
  if (at) {
    wws_write_str(writer, at, end);
  } else {
    wws_write_text(writer, url);
  }
}

/* The id of the operation, or -1 after an exception. */
static int32_t start(JSContext* context, wws_fetch_request* request) {
  wws_headers* headers = wws_request_headers(context, request);
  if (!headers) return -1;
  wws_writer writer;
  wws_writer_init(&writer, context);
  wws_write_u32(&writer, body_flags(&request->body) | wws_request_redirect_flags(request));
  wws_write_text(&writer, wws_request_method(context, request));
  write_url(context, &writer, wws_request_url(context, request));
  wws_headers_write(&writer, headers);
  write_body(&writer, &request->body);
  int32_t id = writer.failed ? -1 : wws_host_fetch(writer.at, writer.size);
  wws_writer_free(&writer);
  if (id > 0) return id;
  if (!JS_HasException(context)) JS_ThrowTypeError(context, "fetch is not possible here");
  return -1;
}

static int send(JSContext* context, wws_fetch_request* request, wws_outgoing* operation) {
  if (check_aborted(context, request->signal) != 0) return -1;
  operation->id = start(context, request);
  if (operation->id < 0) return -1;
  wws_fetch_state* state = wws_fetch_of(context);
  operation->next = state->outgoing;
  state->outgoing = operation;
  operation->signal = JS_DupValue(context, request->signal);
  wws_operation_began(context);
  if (watch(context, operation) < 0) return -1;
  if (body_flags(&request->body) != WWS_FETCH_BODY_STREAM) {
    if (request->body.kind != WWS_BODY_IS_NULL) wws_body_take(context, &request->body);
    return 0;
  }
  return wws_pump_start(context, operation->id, &request->body);
}

static JSValue range_of(JSContext* context, wws_fetch_request* request) {
  wws_headers* headers = wws_request_headers(context, request);
  if (!headers) return JS_EXCEPTION;
  wws_span name = {(const uint8_t*)"range", 5};
  return wws_headers_combine(context, headers, name);
}

static JSValue fetch_blob(JSContext* context, wws_fetch_request* request) {
  JSValue range = range_of(context, request);
  if (JS_IsException(range)) return range;
  JSValueConst arguments[3] = {request->blob, wws_request_method(context, request), range};
  JSValue response = wws_fetch_internal(context, "fetchBlob", 3, arguments);
  JS_FreeValue(context, range);
  return response;
}

/* data: and blob: URLs are answered here. 1 when the request was for one; its outcome settles the
 * operation. https://fetch.spec.whatwg.org/#scheme-fetch */
static int answer_here(JSContext* context, wws_fetch_request* request, wws_outgoing* operation) {
  JSValueConst url = wws_request_url(context, request);
  size_t size = 0;
  const uint8_t* at = wws_string_latin1(context, url, &size);
  bool is_data = at && size >= 5 && memcmp(at, "data:", 5) == 0;
  bool is_blob = at && size > 5 && memcmp(at, "blob:", 5) == 0;
  if (!is_data && !is_blob) return 0;
  if (check_aborted(context, request->signal) != 0) return -1;
  JSValue response =
      is_data ? wws_fetch_internal(context, "fetchData", 1, &url) : fetch_blob(context, request);
  if (JS_IsException(response)) return -1;
  wws_fetch_response* made = wws_response_of(context, response);
  if (made) made->type = WWS_RESPONSE_BASIC;
  if (made) made->url = JS_DupValue(context, url);
  settle(context, operation, false, response);
  JS_FreeValue(context, response);
  return 1;
}

static JSValue js_fetch(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  wws_outgoing* operation = js_mallocz(context, sizeof *operation);
  if (!operation) return JS_EXCEPTION;
  operation->signal = operation->on_abort = JS_UNDEFINED;
  JSValue promise = JS_NewPromiseCapability(context, operation->resolve);
  if (JS_IsException(promise)) {
    js_free(context, operation);
    return promise;
  }
  wws_fetch_request* request = wws_request_new(context);
  JSValueConst init = count > 1 ? values[1] : JS_UNDEFINED;
  int result = -1;
  if (count < 1) {
    JS_ThrowTypeError(context, "fetch needs a URL or a Request");
  } else if (request && wws_request_build(context, request, values[0], init) == 0) {
    result = answer_here(context, request, operation);
    if (result == 0) result = send(context, request, operation);
  }
  wws_request_free(JS_GetRuntime(context), request);
  if (result == 0) return promise;
  if (result > 0) {
    JS_FreeValues(context, operation->resolve[0], operation->resolve[1]);
    js_free(context, operation);
    return promise;
  }
  JSValue error = JS_GetException(context);
  settle(context, operation, true, error);
  JS_FreeValue(context, error);
  if (operation->id > 0) {
    wws_host_cancel(WWS_CANCEL_FETCH, operation->id);
    wws_operation_ended(context);
    forget(context, operation);
  } else {
    JS_FreeValues(context, operation->resolve[0], operation->resolve[1]);
    js_free(context, operation);
  }
  return promise;
}

/* ---- answers */

static int read_headers(JSContext* context, wws_fetch_response* response, wws_reader* message) {
  uint32_t count = wws_read_u32(message);
  response->headers = wws_headers_new(context);
  if (!response->headers) return -1;
  for (uint32_t i = 0; i < count && !message->bad; ++i) {
    wws_span name = wws_read_str(message);
    wws_span value = wws_read_str(message);
    if (wws_headers_append(context, response->headers, name, value) < 0) return -1;
  }
  response->headers->immutable = true;
  return 0;
}

static int read_response(JSContext* context, wws_fetch_response* response, uint32_t id,
                         wws_reader* message) {
  response->type = WWS_RESPONSE_BASIC;
  response->status = wws_read_u16(message);
  response->redirected = wws_read_u16(message) & 1;
  wws_span text = wws_read_str(message);
  wws_span url = wws_read_str(message);
  response->status_text = wws_new_latin1(context, text.at, text.size);
  response->url = JS_NewStringLen(context, (const char*)url.at, url.size);
  bool none = response->status == 204 || response->status == 205 || response->status == 304;
  if (!none) {
    response->body.kind = WWS_BODY_IS_HOST;
    response->body.host = (int32_t)id;
  }
  return read_headers(context, response, message);
}

static int on_fetched(JSContext* context, uint32_t id, wws_reader* message) {
  wws_outgoing* operation = find(context, (int32_t)id);
  if (!operation || operation->answered) return 0;
  wws_operation_ended(context);
  wws_fetch_response* response = wws_response_new(context);
  JSValue value = JS_EXCEPTION;
  if (response && read_response(context, response, id, message) == 0) {
    value = wws_response_object(context, response);
  } else {
    wws_response_free(JS_GetRuntime(context), response);
  }
  bool failed = JS_IsException(value);
  if (failed) value = JS_GetException(context);
  settle(context, operation, failed, value);
  JS_FreeValue(context, value);
  /* Kept while a signal may still abort the body. */
  if (JS_IsUndefined(operation->signal)) forget(context, operation);
  return 0;
}

static int on_failed(JSContext* context, uint32_t id, wws_reader* message) {
  wws_outgoing* operation = find(context, (int32_t)id);
  if (!operation || operation->answered) return 0;
  wws_operation_ended(context);
  wws_span text = wws_read_str(message);
  JS_ThrowTypeError(context, "%.*s", (int)(text.size > 1000 ? 1000 : text.size),
                    (const char*)text.at);
  JSValue error = JS_GetException(context);
  wws_pump_stop(context, (int32_t)id, error);
  settle(context, operation, true, error);
  JS_FreeValue(context, error);
  forget(context, operation);
  return 0;
}

int wws_outgoing_init(JSContext* context) {
  wws_on_event(context, WWS_EVENT_FETCHED, on_fetched);
  wws_on_event(context, WWS_EVENT_FAILED, on_failed);
  JSValue global = JS_GetGlobalObject(context);
  JSValue function = JS_NewCFunction(context, js_fetch, "fetch", 1);
  int result = JS_DefinePropertyValueStr(context, global, "fetch", function, JS_PROP_C_W_E);
  JS_FreeValue(context, global);
  return result < 0 ? -1 : 0;
}
