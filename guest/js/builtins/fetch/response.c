/* https://fetch.spec.whatwg.org/#response-class, and how a response leaves. */
#include <string.h>

#include "../websocket/websocket.h"
#include "fetch.h"
#include "sniff.h"

wws_fetch_response* wws_response_new(JSContext* context) {
  wws_fetch_response* response = js_mallocz(context, sizeof *response);
  if (!response) return NULL;
  response->status = 200;
  response->status_text = response->url = response->headers_object = response->web_socket =
      JS_UNDEFINED;
  wws_body_init(&response->body);
  return response;
}

void wws_response_free(JSRuntime* runtime, wws_fetch_response* response) {
  if (!response) return;
  JS_FreeValuesRT(runtime, response->status_text, response->url, response->headers_object,
                  response->web_socket);
  wws_body_free(runtime, &response->body);
  wws_headers_free(runtime, response->headers);
  js_free_rt(runtime, response);
}

wws_fetch_response* wws_response_of(JSContext* context, JSValueConst value) {
  return JS_GetOpaque(value, wws_fetch_of(context)->response_class);
}

static void finalize(JSRuntime* runtime, JSValueConst value) {
  JSClassID class_id;
  wws_response_free(runtime, JS_GetAnyOpaque(value, &class_id));
}

static void mark(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* function) {
  JSClassID class_id;
  wws_fetch_response* response = JS_GetAnyOpaque(value, &class_id);
  if (!response) return;
  JS_MarkValue(runtime, response->headers_object, function);
  JS_MarkValue(runtime, response->web_socket, function);
  wws_body_mark(runtime, &response->body, function);
}

static const JSClassDef response_class = {
    .class_name = "Response", .finalizer = finalize, .gc_mark = mark};

JSValue wws_response_object(JSContext* context, wws_fetch_response* response) {
  JSValue object = JS_NewObjectClass(context, (int)wws_fetch_of(context)->response_class);
  if (JS_IsException(object)) {
    wws_response_free(JS_GetRuntime(context), response);
  } else {
    JS_SetOpaque(object, response);
  }
  return object;
}

/* True while the content type is only implied by the body. */
static bool type_implied(const wws_fetch_response* response) {
  return response->body_type != WWS_TYPE_NONE &&
         !(response->headers && response->headers->type_touched);
}

/* From the first look at the headers on, the implied content type is one of them. */
wws_headers* wws_response_headers(JSContext* context, wws_fetch_response* response) {
  wws_headers* headers = response->headers;
  if (!headers) headers = response->headers = wws_headers_new(context);
  if (!headers) return NULL;
  const char* type = wws_body_type_text(response->body_type);
  if (type && !headers->type_touched && !wws_headers_has(headers, "content-type") &&
      wws_headers_append(context, headers, wws_span_of("content-type"), wws_span_of(type)) < 0) {
    return NULL;
  }
  return headers;
}

/* ---- construction */

static int take_status(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  JSValue value = JS_GetProperty(context, init, wws_fetch_of(context)->atoms.status);
  if (JS_IsUndefined(value)) return 0;
  int32_t status = 0;
  int result = JS_IsException(value) ? -1 : JS_ToInt32(context, &status, value);
  JS_FreeValue(context, value);
  if (result < 0) return -1;
  status &= 0xffff;
  if (status == 101 && !JS_IsUndefined(response->web_socket)) {
    response->status = 101;
    return 0;
  }
  if (status < 200 || status > 599) {
    JS_ThrowRangeError(context, "Response: the status must be 200 to 599, not %d", status);
    return -1;
  }
  response->status = (uint16_t)status;
  return 0;
}

/* https://developers.cloudflare.com/workers/runtime-apis/websockets/ */
static int take_web_socket(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  JSValue value = JS_GetProperty(context, init, wws_fetch_of(context)->atoms.webSocket);
  if (JS_IsUndefined(value) || JS_IsNull(value)) return 0;
  int is_socket = JS_IsException(value) ? -1 : wws_is_websocket(context, value);
  if (is_socket > 0) {
    response->web_socket = value;
    return 0;
  }
  JS_FreeValue(context, value);
  if (is_socket == 0) JS_ThrowTypeError(context, "Response: webSocket is not a WebSocket");
  return -1;
}

static int check_reason(JSContext* context, JSValueConst text) {
  size_t size;
  const uint8_t* at = wws_string_latin1(context, text, &size);
  for (size_t i = 0; at && i < size; ++i) {
    if (at[i] != '\t' && (at[i] < ' ' || at[i] == 0x7f)) at = NULL;
  }
  if (at) return 0;
  JS_ThrowTypeError(context, "Response: statusText has a character that a status line cannot have");
  return -1;
}

static int take_status_text(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  JSValue value = JS_GetProperty(context, init, wws_fetch_of(context)->atoms.statusText);
  if (JS_IsUndefined(value)) return 0;
  JSValue text = JS_IsException(value) ? JS_EXCEPTION : JS_ToString(context, value);
  JS_FreeValue(context, value);
  if (JS_IsException(text)) return -1;
  response->status_text = text;
  return check_reason(context, text);
}

static int take_headers(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  JSValue value = JS_GetProperty(context, init, wws_fetch_of(context)->atoms.headers);
  if (JS_IsUndefined(value)) return 0;
  if (JS_IsException(value)) return -1;
  response->headers = wws_headers_new(context);
  int result = response->headers ? wws_headers_fill(context, response->headers, value) : -1;
  JS_FreeValue(context, value);
  return result;
}

static int take_init(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  if (JS_IsUndefined(init) || JS_IsNull(init)) return 0;
  if (!JS_IsObject(init)) {
    JS_ThrowTypeError(context, "Response: init is not an object");
    return -1;
  }
  if (take_web_socket(context, response, init) < 0 || take_headers(context, response, init) < 0 ||
      take_status(context, response, init) < 0) {
    return -1;
  }
  if (!JS_IsUndefined(response->web_socket) && response->status != 101) {
    JS_ThrowRangeError(context, "Response: a response with a webSocket has the status 101");
    return -1;
  }
  return take_status_text(context, response, init);
}

static bool null_body_status(int status) {
  return status == 101 || status == 204 || status == 205 || status == 304;
}

static int take_body(JSContext* context, wws_fetch_response* response, JSValueConst init) {
  if (JS_IsNull(init) || JS_IsUndefined(init)) return 0;
  if (null_body_status(response->status)) {
    JS_ThrowTypeError(context, "Response: a response with status %d has no body", response->status);
    return -1;
  }
  wws_body_type type;
  if (wws_body_extract(context, &response->body, init, &type) < 0) return -1;
  response->body_type = (uint8_t)type;
  if (type != WWS_TYPE_OTHER) return 0;
  response->body_type = WWS_TYPE_NONE;
  return wws_body_add_type(context, &response->body, wws_response_headers(context, response));
}

static JSValue construct(JSContext* context, JSValueConst new_target, int count,
                         JSValueConst* values) {
  const wws_fetch_state* state = wws_fetch_of(context);
  JSValue object =
      wws_fetch_construct(context, new_target, state->response_constructor, state->response_class);
  if (JS_IsException(object)) return object;
  wws_fetch_response* response = wws_response_new(context);
  if (response) JS_SetOpaque(object, response);
  if (!response || (count > 1 && take_init(context, response, values[1]) < 0) ||
      (count > 0 && take_body(context, response, values[0]) < 0)) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  return object;
}

static JSValue response_json(JSContext* context, JSValueConst self, int count,
                             JSValueConst* values) {
  if (count < 1) return JS_ThrowTypeError(context, "Response.json needs a value");
  JSValue text = JS_JSONStringify(context, values[0], JS_UNDEFINED, JS_UNDEFINED);
  if (JS_IsUndefined(text)) return JS_ThrowTypeError(context, "Response.json: not a JSON value");
  if (JS_IsException(text)) return text;
  wws_fetch_response* response = wws_response_new(context);
  int result = !response ? -1 : count > 1 ? take_init(context, response, values[1]) : 0;
  if (result == 0) result = take_body(context, response, text);
  JS_FreeValue(context, text);
  if (result == 0) {
    response->body_type = WWS_TYPE_JSON;
    return wws_response_object(context, response);
  }
  wws_response_free(JS_GetRuntime(context), response);
  return JS_EXCEPTION;
}

/* A path without a host stays as it is: the client knows where it came from. */
static JSValue location_of(JSContext* context, JSValueConst url) {
  JSValue whole = wws_parse_url(context, url);
  if (!JS_IsException(whole)) return whole;
  JS_FreeValue(context, JS_GetException(context));
  wws_fetch_request* request = wws_current_request_struct(context);
  JSValueConst base = request ? wws_request_url(context, request) : JS_UNDEFINED;
  JSValue resolved = wws_parse_url_from(context, url, base);
  if (JS_IsException(resolved)) return resolved;
  JS_FreeValue(context, resolved);
  return JS_ToString(context, url);
}

static int add_location(JSContext* context, wws_headers* headers, JSValueConst url) {
  JSValue location = location_of(context, url);
  if (JS_IsException(location)) return -1;
  JSValue pair[2] = {JS_NewString(context, "location"), location};
  JSValue list = JS_NewArrayFrom(context, 2, pair);
  JSValue lists = JS_IsException(list) ? list : JS_NewArrayFrom(context, 1, &list);
  int result = JS_IsException(lists) ? -1 : wws_headers_fill(context, headers, lists);
  JS_FreeValue(context, lists);
  return result;
}

static JSValue response_redirect(JSContext* context, JSValueConst self, int count,
                                 JSValueConst* values) {
  if (count < 1) return JS_ThrowTypeError(context, "Response.redirect needs a URL");
  int32_t status = 302;
  if (count > 1 && !JS_IsUndefined(values[1]) && JS_ToInt32(context, &status, values[1]) < 0) {
    return JS_EXCEPTION;
  }
  status &= 0xffff;
  bool known = (status >= 301 && status <= 303) || status == 307 || status == 308;
  if (!known) {
    return JS_ThrowRangeError(context, "Response.redirect: %d is not a status of redirection",
                              status);
  }
  wws_fetch_response* response = wws_response_new(context);
  if (response) response->status = (uint16_t)status;
  wws_headers* headers = response ? wws_response_headers(context, response) : NULL;
  if (headers && add_location(context, headers, values[0]) == 0) {
    headers->immutable = true;
    return wws_response_object(context, response);
  }
  wws_response_free(JS_GetRuntime(context), response);
  return JS_EXCEPTION;
}

static JSValue response_error(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values) {
  wws_fetch_response* response = wws_response_new(context);
  wws_headers* headers = response ? wws_response_headers(context, response) : NULL;
  if (!headers) {
    wws_response_free(JS_GetRuntime(context), response);
    return JS_EXCEPTION;
  }
  headers->immutable = true;
  response->status = 0;
  response->type = WWS_RESPONSE_ERROR;
  return wws_response_object(context, response);
}

/* ---- attributes */

static wws_fetch_response* self_of(JSContext* context, JSValueConst self) {
  return JS_GetOpaque2(context, self, wws_fetch_of(context)->response_class);
}

enum { TYPE, STATUS, OK, REDIRECTED, STATUS_TEXT, URL };

static JSValue text_or_empty(JSContext* context, JSValueConst text) {
  return JS_IsUndefined(text) ? JS_NewString(context, "") : JS_DupValue(context, text);
}

/* https://fetch.spec.whatwg.org/#dom-response-url: without the fragment. */
static JSValue url_of(JSContext* context, const wws_fetch_response* response) {
  return text_or_empty(context, response->url);
}

static JSValue get(JSContext* context, JSValueConst self, int which) {
  static const char* const types[] = {"default", "basic", "error"};
  wws_fetch_response* response = self_of(context, self);
  if (!response) return JS_EXCEPTION;
  switch (which) {
    case TYPE: return JS_NewString(context, types[response->type]);
    case STATUS: return JS_NewInt32(context, response->status);
    case OK: return JS_NewBool(context, response->status >= 200 && response->status <= 299);
    case REDIRECTED: return JS_NewBool(context, response->redirected);
    case STATUS_TEXT: return text_or_empty(context, response->status_text);
    default: return url_of(context, response);
  }
}

static JSValue get_headers(JSContext* context, JSValueConst self) {
  wws_fetch_response* response = self_of(context, self);
  if (!response) return JS_EXCEPTION;
  if (JS_IsUndefined(response->headers_object)) {
    wws_headers* headers = wws_response_headers(context, response);
    JSValue object = headers ? wws_headers_object(context, headers) : JS_EXCEPTION;
    if (JS_IsException(object)) return object;
    response->headers_object = object;
  }
  return JS_DupValue(context, response->headers_object);
}

static JSValue get_web_socket(JSContext* context, JSValueConst self) {
  wws_fetch_response* response = self_of(context, self);
  if (!response) return JS_EXCEPTION;
  return JS_IsUndefined(response->web_socket) ? JS_NULL
                                              : JS_DupValue(context, response->web_socket);
}

static JSValue response_clone(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values) {
  wws_fetch_response* from = self_of(context, self);
  if (!from) return JS_EXCEPTION;
  if (!JS_IsUndefined(from->web_socket)) {
    return JS_ThrowTypeError(context, "Response.clone: a WebSocket cannot be cloned");
  }
  int unusable = wws_body_unusable(context, &from->body);
  if (unusable > 0) JS_ThrowTypeError(context, "Response.clone: the body was used already");
  wws_fetch_response* to = unusable ? NULL : wws_response_new(context);
  if (!to) return JS_EXCEPTION;
  to->status = from->status;
  to->type = from->type;
  to->body_type = from->body_type;
  to->redirected = from->redirected;
  to->status_text = JS_DupValue(context, from->status_text);
  to->url = JS_DupValue(context, from->url);
  to->headers = from->headers ? wws_headers_copy(context, from->headers) : NULL;
  if (to->headers) to->headers->immutable = from->headers->immutable;
  if ((from->headers && !to->headers) || wws_body_clone(context, &to->body, &from->body) < 0) {
    wws_response_free(JS_GetRuntime(context), to);
    return JS_EXCEPTION;
  }
  return wws_response_object(context, to);
}

#define ATTRIBUTE(name, which) \
  JS_CGETSET_MAGIC_DEF2(name, get, NULL, which, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE)

static const JSCFunctionListEntry functions[] = {
    ATTRIBUTE("type", TYPE),
    ATTRIBUTE("url", URL),
    ATTRIBUTE("redirected", REDIRECTED),
    ATTRIBUTE("status", STATUS),
    ATTRIBUTE("ok", OK),
    ATTRIBUTE("statusText", STATUS_TEXT),
    JS_CGETSET_DEF2("headers", get_headers, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    JS_CGETSET_DEF2("webSocket", get_web_socket, NULL, JS_PROP_CONFIGURABLE),
    JS_CFUNC_DEF2("clone", 0, response_clone, JS_PROP_C_W_E),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Response", JS_PROP_CONFIGURABLE),
};

static const JSCFunctionListEntry statics[] = {
    JS_CFUNC_DEF2("error", 0, response_error, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("json", 1, response_json, JS_PROP_C_W_E),
    JS_CFUNC_DEF2("redirect", 1, response_redirect, JS_PROP_C_W_E),
};

int wws_response_class_init(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &state->response_class);
  if (JS_NewClass(runtime, state->response_class, &response_class) < 0) return -1;
  state->response_constructor = wws_fetch_define_class(
      context, state->response_class, "Response", construct, 0, functions,
      sizeof functions / sizeof *functions, statics, sizeof statics / sizeof *statics);
  if (JS_IsException(state->response_constructor)) return -1;
  JSValue prototype = JS_GetClassProto(context, state->response_class);
  int result = wws_body_define(context, prototype);
  JS_FreeValue(context, prototype);
  return result;
}

/* ---- leaving */

/* A text that looks like a document, of a type that nobody chose, is one: that is what a worker
 * that answers "<html>..." means. */
static const char* implied_type(JSContext* context, const wws_fetch_response* response) {
  if (response->body_type == WWS_TYPE_TEXT && wws_sniff_html(context, response->body.text)) {
    return "text/html; charset=utf-8";
  }
  return wws_body_type_text(response->body_type);
}

static void write_headers(JSContext* context, wws_writer* writer,
                          const wws_fetch_response* response) {
  const wws_headers* headers = response->headers;
  if (!type_implied(response)) {
    wws_headers_write(writer, headers);
    return;
  }
  const char* type = implied_type(context, response);
  wws_headers_write_with_type(writer, headers, wws_span_of(type));
}

static void write_body(JSContext* context, wws_writer* writer, const wws_body* body) {
  if (body->kind == WWS_BODY_IS_TEXT) {
    wws_write_text(writer, body->text);
  } else {
    wws_write_str(writer, body->blob->at + body->at, body->size);
  }
}

static uint8_t way_of(const wws_fetch_response* response) {
  if (!JS_IsUndefined(response->web_socket)) return WWS_BODY_SOCKET;
  const wws_body* body = &response->body;
  switch (body->kind) {
    case WWS_BODY_IS_NULL: return WWS_BODY_NONE;
    case WWS_BODY_IS_TEXT:
    case WWS_BODY_IS_BYTES: return WWS_BODY_INLINE;
    default: return WWS_BODY_STREAM;
  }
}

static int write_status(JSContext* context, wws_writer* writer,
                        const wws_fetch_response* response) {
  wws_span text = wws_span_of("");
  if (!JS_IsUndefined(response->status_text)) {
    text.at = wws_string_latin1(context, response->status_text, &text.size);
  }
  wws_write_u16(writer, response->status);
  wws_write_u8(writer, way_of(response));
  wws_write_u8(writer, 0);
  wws_write_str(writer, text.at, text.size);
  return 0;
}

static int check_sendable(JSContext* context, wws_fetch_response* response) {
  if (response->type == WWS_RESPONSE_ERROR) {
    JS_ThrowTypeError(context, "Response.error() is no answer for a client");
    return -1;
  }
  int unusable = wws_body_unusable(context, &response->body);
  if (unusable > 0) {
    JS_ThrowTypeError(context, "the response's body was used already, or its stream is locked");
  }
  return unusable ? -1 : 0;
}

int wws_response_send(JSContext* context, wws_fetch_response* response) {
  if (check_sendable(context, response) < 0) return -1;
  uint8_t way = way_of(response);
  if (way == WWS_BODY_SOCKET && wws_websocket_couple(context, response->web_socket) < 0) return -1;
  wws_writer writer;
  wws_writer_init(&writer, context);
  write_status(context, &writer, response);
  write_headers(context, &writer, response);
  if (way == WWS_BODY_INLINE) write_body(context, &writer, &response->body);
  if (writer.failed) {
    wws_writer_free(&writer);
    if (!JS_HasException(context)) JS_ThrowOutOfMemory(context);
    return -1;
  }
  wws_host_respond(writer.at, writer.size);
  wws_writer_free(&writer);
  if (way == WWS_BODY_SOCKET) return wws_websocket_flush(context);
  if (way != WWS_BODY_STREAM) {
    if (way == WWS_BODY_INLINE) wws_body_take(context, &response->body);
    return 0;
  }
  return wws_pump_start(context, WWS_STREAM_RESPONSE, &response->body);
}
