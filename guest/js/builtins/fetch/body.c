/* Bodies: https://fetch.spec.whatwg.org/#body-mixin */
#include <string.h>

#include "../url/url.h"
#include "fetch.h"

void wws_body_init(wws_body* body) {
  memset(body, 0, sizeof *body);
  body->text = JS_UNDEFINED;
  body->type = JS_UNDEFINED;
  body->stream = JS_UNDEFINED;
}

void wws_body_free(JSRuntime* runtime, wws_body* body) {
  JS_FreeValueRT(runtime, body->text);
  JS_FreeValueRT(runtime, body->type);
  JS_FreeValueRT(runtime, body->stream);
  wws_blob_free(runtime, body->blob);
  wws_body_init(body);
}

void wws_body_mark(JSRuntime* runtime, wws_body* body, JS_MarkFunc* mark) {
  JS_MarkValue(runtime, body->text, mark);
  JS_MarkValue(runtime, body->stream, mark);
}

const char* wws_body_type_text(wws_body_type type) {
  switch (type) {
    case WWS_TYPE_TEXT: return "text/plain;charset=UTF-8";
    case WWS_TYPE_FORM: return "application/x-www-form-urlencoded;charset=UTF-8";
    case WWS_TYPE_JSON: return "application/json";
    default: return NULL;
  }
}

static int extract_bytes(JSContext* context, wws_body* body, JSValueConst init) {
  size_t size;
  const uint8_t* at = wws_buffer_bytes(context, init, &size);
  body->blob = wws_blob_new(context, at, size);
  if (!body->blob) return -1;
  body->kind = WWS_BODY_IS_BYTES;
  body->size = size;
  return 0;
}

/* A Blob or FormData: 1 when it was one. */
static int extract_object(JSContext* context, wws_body* body, JSValueConst init) {
  JSValue pair = wws_fetch_internal(context, "objectBody", 1, &init);
  if (JS_IsException(pair)) return -1;
  if (!JS_IsObject(pair)) return 0;
  JSValue bytes = JS_GetPropertyUint32(context, pair, 0);
  body->type = JS_GetPropertyUint32(context, pair, 1);
  JS_FreeValue(context, pair);
  int result = JS_IsException(bytes) || JS_IsException(body->type)
                   ? -1
                   : extract_bytes(context, body, bytes);
  JS_FreeValue(context, bytes);
  return result < 0 ? -1 : 1;
}

int wws_body_add_type(JSContext* context, const wws_body* body, wws_headers* headers) {
  if (!headers) return -1;
  size_t size = 0;
  const uint8_t* text = wws_string_latin1(context, body->type, &size);
  if (!text || !size || wws_headers_has(headers, "content-type")) return 0;
  wws_span value = {text, size};
  return wws_headers_append(context, headers, wws_span_of("content-type"), value);
}

static int extract_text(JSContext* context, wws_body* body, JSValueConst init) {
  body->text = JS_ToString(context, init);
  if (JS_IsException(body->text)) {
    body->text = JS_UNDEFINED;
    return -1;
  }
  body->kind = WWS_BODY_IS_TEXT;
  return 0;
}

int wws_body_extract(JSContext* context, wws_body* body, JSValueConst init, wws_body_type* type) {
  *type = WWS_TYPE_NONE;
  if (JS_IsNull(init) || JS_IsUndefined(init)) return 0;
  if (JS_IsObject(init)) {
    if (wws_is_buffer(init)) return extract_bytes(context, body, init);
    const wws_body* source = wws_stream_source(context, init);
    if (source && !wws_stream_taken(context, init)) {
      wws_body_share(context, body, source);
      body->stream = JS_DupValue(context, init);
      return 0;
    }
    if (wws_is_readable_stream(context, init)) {
      JSValue locked = JS_GetProperty(context, init, wws_fetch_of(context)->atoms.locked);
      body->kind = WWS_BODY_IS_STREAM;
      body->stream = JS_DupValue(context, init);
      if (JS_ToBool(context, locked) || wws_body_used(context, body)) {
        JS_ThrowTypeError(context, "the body's stream is locked or was read already");
        return -1;
      }
      return 0;
    }
    if (wws_url_search_params_text(context, init, &body->text)) {
      *type = WWS_TYPE_FORM;
      body->kind = WWS_BODY_IS_TEXT;
      return 0;
    }
    int object = extract_object(context, body, init);
    if (object != 0) {
      *type = WWS_TYPE_OTHER;
      return object < 0 ? -1 : 0;
    }
  }
  *type = WWS_TYPE_TEXT;
  return extract_text(context, body, init);
}

/* Streams of the streams builtin keep the flag themselves. */
static bool stream_disturbed(JSContext* context, JSValueConst stream) {
  if (wws_stream_source(context, stream)) return wws_stream_taken(context, stream);
  JSValue flag = JS_GetProperty(context, stream, wws_fetch_of(context)->atoms._disturbed);
  if (JS_IsException(flag)) JS_FreeValue(context, JS_GetException(context));
  bool disturbed = JS_IsBool(flag) && JS_VALUE_GET_BOOL(flag);
  JS_FreeValue(context, flag);
  return disturbed;
}

bool wws_body_used(JSContext* context, const wws_body* body) {
  if (body->used) return true;
  return !JS_IsUndefined(body->stream) && stream_disturbed(context, body->stream);
}

int wws_body_unusable(JSContext* context, const wws_body* body) {
  if (body->kind == WWS_BODY_IS_NULL) return 0;
  if (wws_body_used(context, body)) return 1;
  if (JS_IsUndefined(body->stream) || wws_stream_source(context, body->stream)) return 0;
  JSValue locked = JS_GetProperty(context, body->stream, wws_fetch_of(context)->atoms.locked);
  return JS_IsException(locked) ? -1 : JS_ToBool(context, locked);
}

bool wws_body_reads_host(JSContext* context, const wws_body* body) {
  return body->kind == WWS_BODY_IS_HOST &&
         (JS_IsUndefined(body->stream) || wws_stream_source(context, body->stream));
}

void wws_body_take(JSContext* context, wws_body* body) {
  body->used = true;
  wws_stream_take(context, body->stream);
}

void wws_body_share(JSContext* context, wws_body* to, const wws_body* from) {
  to->kind = from->kind;
  to->host = from->host;
  to->text = JS_DupValue(context, from->text);
  to->blob = from->blob ? wws_blob_dup(from->blob) : NULL;
  to->at = from->at;
  to->size = from->size;
}

int wws_body_move(JSContext* context, wws_body* to, wws_body* from) {
  if (from->kind == WWS_BODY_IS_NULL) return 0;
  wws_body_share(context, to, from);
  /* All of it is there: a stream that was given out but not read may stay behind. */
  if (to->kind == WWS_BODY_IS_HOST && !wws_body_reads_host(context, from))
    to->kind = WWS_BODY_IS_STREAM;
  if (to->kind == WWS_BODY_IS_STREAM) to->stream = JS_DupValue(context, from->stream);
  wws_body_take(context, from);
  return 0;
}

static int tee(JSContext* context, wws_body* to, wws_body* from) {
  JSValueConst stream = wws_body_stream(context, from);
  if (JS_IsException(stream)) return -1;
  JSValue pair = JS_Invoke(context, stream, wws_fetch_of(context)->atoms.tee, 0, NULL);
  if (JS_IsException(pair)) return -1;
  JSValue first = JS_GetPropertyUint32(context, pair, 0);
  JSValue second = JS_GetPropertyUint32(context, pair, 1);
  JS_FreeValue(context, pair);
  JS_FreeValue(context, from->stream);
  from->stream = first; /* the standard, too, replaces the stream of the original */
  from->kind = to->kind = WWS_BODY_IS_STREAM;
  to->stream = second;
  return 0;
}

int wws_body_clone(JSContext* context, wws_body* to, wws_body* from) {
  bool whole = from->kind == WWS_BODY_IS_TEXT || from->kind == WWS_BODY_IS_BYTES;
  if (from->kind == WWS_BODY_IS_NULL) return 0;
  if (!whole) return tee(context, to, from);
  wws_body_share(context, to, from);
  return 0;
}

/* ---- reading */

typedef enum { AS_TEXT, AS_JSON, AS_ARRAY_BUFFER, AS_BYTES } wanted;

static JSValue convert(JSContext* context, wanted form, const wws_body* body);

static JSValue text_of(JSContext* context, const wws_blob* blob, size_t at, size_t size) {
  return wws_utf8_decode(context, blob->at + at, size);
}

JSValue wws_body_as_text(JSContext* context, const wws_body* body) {
  switch (body->kind) {
    case WWS_BODY_IS_TEXT: return JS_DupValue(context, body->text);
    case WWS_BODY_IS_BYTES: return text_of(context, body->blob, body->at, body->size);
    default: return JS_NewStringLen(context, "", 0);
  }
}

static JSValue parse_json(JSContext* context, JSValue text) {
  if (JS_IsException(text)) return text;
  size_t size;
  const char* at = JS_ToCStringLen(context, &size, text);
  JS_FreeValue(context, text);
  if (!at) return JS_EXCEPTION;
  JSValue value = JS_ParseJSON(context, at, size, "<body>");
  JS_FreeCString(context, at);
  return value;
}

static JSValue as_buffer(JSContext* context, wanted form, const uint8_t* at, size_t size) {
  return form == AS_BYTES ? JS_NewUint8ArrayCopy(context, at, size)
                          : JS_NewArrayBufferCopy(context, at, size);
}

static JSValue convert_bytes(JSContext* context, wanted form, const wws_blob* blob, size_t at,
                             size_t size) {
  if (form == AS_TEXT) return text_of(context, blob, at, size);
  if (form == AS_JSON) return parse_json(context, text_of(context, blob, at, size));
  return as_buffer(context, form, blob->at + at, size);
}

static JSValue convert_text(JSContext* context, wanted form, JSValueConst text) {
  size_t size;
  if (form == AS_TEXT && wws_string_latin1(context, text, &size)) {
    return JS_DupValue(context, text);
  }
  size = wws_string_utf8_size(context, text);
  uint8_t* at = size == SIZE_MAX ? NULL : js_malloc(context, size + 1);
  if (!at) return JS_EXCEPTION;
  wws_string_utf8_copy(context, text, at);
  JSValue value;
  if (form == AS_TEXT || form == AS_JSON) {
    value = wws_utf8_decode(context, at, size);
    if (form == AS_JSON) value = parse_json(context, value);
  } else {
    value = as_buffer(context, form, at, size);
  }
  js_free(context, at);
  return value;
}

JSValue wws_body_as_bytes(JSContext* context, const wws_body* body) {
  return convert(context, AS_BYTES, body);
}

static JSValue convert(JSContext* context, wanted form, const wws_body* body) {
  switch (body->kind) {
    case WWS_BODY_IS_TEXT: return convert_text(context, form, body->text);
    case WWS_BODY_IS_BYTES: return convert_bytes(context, form, body->blob, body->at, body->size);
    default: break;
  }
  if (form == AS_TEXT) return JS_NewStringLen(context, "", 0);
  if (form == AS_JSON) return parse_json(context, JS_NewStringLen(context, "", 0));
  return as_buffer(context, form, (const uint8_t*)"", 0);
}

/* A promise that is settled with a value, or with the pending exception. */
static JSValue settled(JSContext* context, JSValue value) {
  bool failed = JS_IsException(value);
  if (failed) value = JS_GetException(context);
  JSValue promise = JS_NewSettledPromise(context, failed, value);
  JS_FreeValue(context, value);
  return promise;
}

typedef struct {
  wanted form;
  JSValue resolve[2];
} pending;

static void when_all(JSContext* context, void* opaque, wws_blob* bytes, JSValueConst error) {
  pending* state = opaque;
  JSValue value = bytes ? convert_bytes(context, state->form, bytes, 0, bytes->size)
                        : JS_DupValue(context, error);
  bool failed = !bytes || JS_IsException(value);
  if (JS_IsException(value)) value = JS_GetException(context);
  JS_FreeValue(context, JS_Call(context, state->resolve[failed], JS_UNDEFINED, 1, &value));
  JS_FreeValues(context, value, state->resolve[0], state->resolve[1]);
  js_free(context, state);
}

static JSValue read_host(JSContext* context, int32_t stream, wanted form) {
  pending* state = js_malloc(context, sizeof *state);
  if (!state) return JS_EXCEPTION;
  state->form = form;
  JSValue promise = JS_NewPromiseCapability(context, state->resolve);
  if (JS_IsException(promise)) {
    js_free(context, state);
    return promise;
  }
  if (wws_host_stream_read_all(context, stream, when_all, state) < 0) {
    JSValue error = JS_GetException(context);
    when_all(context, state, NULL, error);
    JS_FreeValue(context, error);
  }
  return promise;
}

static JSValue convert_all(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                           int form, JSValueConst* data) {
  size_t size;
  const uint8_t* at = wws_buffer_bytes(context, values[0], &size);
  wws_blob* blob = wws_blob_new(context, at, size);
  if (!blob) return JS_EXCEPTION;
  JSValue value = convert_bytes(context, (wanted)form, blob, 0, size);
  wws_blob_free(JS_GetRuntime(context), blob);
  return value;
}

static JSValue read_stream(JSContext* context, wws_body* body, wanted form) {
  JSValue all = wws_fetch_internal(context, "readAll", 1, &body->stream);
  if (JS_IsException(all)) return all;
  JSValue convert = JS_NewCFunctionData(context, convert_all, 1, form, 0, NULL);
  JSValue promise = JS_PromiseThen(context, all, convert, JS_UNDEFINED);
  JS_FreeValues(context, convert, all);
  return promise;
}

static JSValue read_later(JSContext* context, wws_body* body, wanted form) {
  if (!wws_body_reads_host(context, body)) return read_stream(context, body, form);
  wws_body_take(context, body);
  return read_host(context, body->host, form);
}

static JSValue consume(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                       int form) {
  wws_body* body = wws_body_of(context, self);
  if (!body) return settled(context, JS_EXCEPTION);
  int unusable = wws_body_unusable(context, body);
  if (unusable) {
    if (unusable > 0) JS_ThrowTypeError(context, "the body was used already, or is locked");
    return settled(context, JS_EXCEPTION);
  }
  bool whole = body->kind <= WWS_BODY_IS_BYTES;
  if (whole) {
    JSValue value = convert(context, (wanted)form, body);
    if (body->kind != WWS_BODY_IS_NULL) wws_body_take(context, body);
    return settled(context, value);
  }
  return read_later(context, body, (wanted)form);
}

static JSValue get_body(JSContext* context, JSValueConst self) {
  wws_body* body = wws_body_of(context, self);
  if (!body) return JS_EXCEPTION;
  if (body->kind == WWS_BODY_IS_NULL) return JS_NULL;
  return JS_DupValue(context, wws_body_stream(context, body));
}

static JSValue get_body_used(JSContext* context, JSValueConst self) {
  wws_body* body = wws_body_of(context, self);
  if (!body) return JS_EXCEPTION;
  return JS_NewBool(context, body->kind != WWS_BODY_IS_NULL && wws_body_used(context, body));
}

wws_body* wws_body_of(JSContext* context, JSValueConst value) {
  wws_fetch_response* response = wws_response_of(context, value);
  if (response) return &response->body;
  wws_fetch_request* request = wws_request_of(context, value);
  if (request) return &request->body;
  JS_ThrowTypeError(context, "not a Request or Response");
  return NULL;
}

#define BODY_METHOD(name, form)                                         \
  {                                                                     \
    name, JS_PROP_C_W_E, JS_DEF_CFUNC, form, {                          \
      .func = { 0, JS_CFUNC_generic_magic, {.generic_magic = consume} } \
    }                                                                   \
  }

static const JSCFunctionListEntry functions[] = {
    JS_CGETSET_DEF2("body", get_body, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    JS_CGETSET_DEF2("bodyUsed", get_body_used, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    BODY_METHOD("text", AS_TEXT),
    BODY_METHOD("json", AS_JSON),
    BODY_METHOD("arrayBuffer", AS_ARRAY_BUFFER),
    BODY_METHOD("bytes", AS_BYTES),
};

int wws_body_define(JSContext* context, JSValueConst prototype) {
  return JS_SetPropertyFunctionList(context, prototype, functions,
                                    sizeof functions / sizeof *functions);
}
