#include "caches.h"

#include <string.h>

#include "../common/common.h"
#include "../fetch/fetch.h"
#include "../fetch/header_list.h"

static wws_fetch_request* request_of(JSContext* context, JSValueConst value) {
  wws_fetch_request* request = wws_request_of(context, value);
  if (!request) {
    JS_ThrowTypeError(context, "not a Request");
  }
  return request;
}

static wws_fetch_response* response_of(JSContext* context, JSValueConst value) {
  wws_fetch_response* response = wws_response_of(context, value);
  if (!response) {
    JS_ThrowTypeError(context, "not a Response");
  }
  return response;
}

static JSValue cache_request(JSContext* context, JSValueConst self, int argc, JSValueConst* argv) {
  if (wws_request_of(context, argv[0])) {
    return JS_DupValue(context, argv[0]);
  }
  wws_fetch_request* request = wws_request_new(context);
  if (!request) {
    return JS_EXCEPTION;
  }
  if (wws_request_build(context, request, argv[0], JS_UNDEFINED) < 0) {
    wws_request_free(JS_GetRuntime(context), request);
    return JS_EXCEPTION;
  }
  return wws_request_object(context, request);
}

/* ---- what may be put: https://w3c.github.io/ServiceWorker/#cache-put */

static bool starts_with(const uint8_t* at, size_t size, const char* text) {
  size_t length = strlen(text);
  return at && size >= length && memcmp(at, text, length) == 0;
}

static int check_request(JSContext* context, const char* what, wws_fetch_request* request) {
  size_t size = 0;
  const uint8_t* at = wws_string_latin1(context, wws_request_method(context, request), &size);
  if (!at || size != 3 || memcmp(at, "GET", 3) != 0) {
    JS_ThrowTypeError(context, "%s: only responses to GET are kept, not to %.*s", what,
                      (int)(size > 100 ? 100 : size), at ? (const char*)at : "");
    return -1;
  }
  at = wws_string_latin1(context, wws_request_url(context, request), &size);
  if (!starts_with(at, size, "http://") && !starts_with(at, size, "https://")) {
    JS_ThrowTypeError(context, "%s: the request's URL must be one of http: or https:", what);
    return -1;
  }
  return 0;
}

static bool varies_by_everything(const wws_headers* headers) {
  for (uint32_t i = 0; headers && i < headers->count; i++) {
    if (!wws_header_is(headers, i, wws_span_of("vary"))) {
      continue;
    }
    wws_span value = wws_header_value(headers, i);
    if (value.size && memchr(value.at, '*', value.size)) {
      return true;
    }
  }
  return false;
}

static int check_response(JSContext* context, const char* what, wws_fetch_response* response) {
  if (response->status == 206) {
    JS_ThrowTypeError(context, "%s: a partial response (206) is not kept", what);
    return -1;
  }
  wws_headers* headers = wws_response_headers(context, response);
  if (!headers) {
    return -1;
  }
  if (varies_by_everything(headers)) {
    JS_ThrowTypeError(context, "%s: a response with Vary: * is not kept", what);
    return -1;
  }
  int unusable = wws_body_unusable(context, &response->body);
  if (unusable > 0) {
    JS_ThrowTypeError(context, "%s: the response's body was used already, or is locked: clone() it",
                      what);
  }
  return unusable ? -1 : 0;
}

static JSValue cache_check(JSContext* context, JSValueConst self, int argc, JSValueConst* argv) {
  const char* what = JS_ToCString(context, argv[0]);
  if (!what) {
    return JS_EXCEPTION;
  }
  wws_fetch_request* request = request_of(context, argv[1]);
  wws_fetch_response* response = argc > 2 && request ? response_of(context, argv[2]) : NULL;
  int result = !request || (argc > 2 && !response) ? -1 : check_request(context, what, request);
  if (result == 0 && response) {
    result = check_response(context, what, response);
  }
  JS_FreeCString(context, what);
  return result < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue cache_body(JSContext* context, JSValueConst self, int argc, JSValueConst* argv) {
  wws_fetch_response* response = response_of(context, argv[0]);
  if (!response) {
    return JS_EXCEPTION;
  }
  wws_body* body = &response->body;
  if (body->kind == WWS_BODY_IS_NULL) {
    return JS_UNDEFINED;
  }
  if (body->kind == WWS_BODY_IS_TEXT || body->kind == WWS_BODY_IS_BYTES) {
    JSValue bytes = wws_body_as_bytes(context, body);
    body->used = true;
    return bytes;
  }
  return JS_DupValue(context, wws_body_stream(context, body));
}

/* ---- messages to the host */

/* The URL without its fragment, which caches do not see. */
static void write_url(JSContext* context, wws_writer* writer, JSValueConst url) {
  size_t size = 0;
  const uint8_t* at = wws_string_latin1(context, url, &size);
  const uint8_t* hash = at ? memchr(at, '#', size) : NULL;
  if (hash) { /* it was parsed, so it is ASCII */
    wws_write_str(writer, at, (size_t)(hash - at));
  } else {
    wws_write_text(writer, url);
  }
}

static int write_text(JSContext* context, wws_writer* writer, JSValueConst text) {
  size_t size = 0;
  const char* at = JS_ToCStringLen(context, &size, text);
  if (!at) {
    return -1;
  }
  wws_write_str(writer, at, size);
  JS_FreeCString(context, at);
  return 0;
}

static int write_request(JSContext* context, wws_writer* writer, wws_fetch_request* request) {
  wws_headers* headers = wws_request_headers(context, request);
  if (!headers) {
    return -1;
  }
  write_url(context, writer, wws_request_url(context, request));
  wws_headers_write(writer, headers);
  return 0;
}

static int write_response(JSContext* context, wws_writer* writer, wws_fetch_response* response,
                          bool has_body) {
  wws_headers* headers = wws_response_headers(context, response);
  if (!headers) {
    return -1;
  }
  wws_span reason = wws_span_of("");
  if (!JS_IsUndefined(response->status_text)) {
    reason.at = wws_string_latin1(context, response->status_text, &reason.size);
  }
  wws_write_u32(writer, (has_body ? WWS_CACHED_BODY : 0u) |
                            (response->redirected ? WWS_CACHED_REDIRECTED : 0u) |
                            (response->type == WWS_RESPONSE_BASIC ? WWS_CACHED_BASIC : 0u));
  wws_write_u16(writer, response->status);
  wws_write_str(writer, reason.at, reason.size);
  if (JS_IsUndefined(response->url)) {
    wws_write_str(writer, "", 0);
  } else {
    write_url(context, writer, response->url);
  }
  wws_headers_write(writer, headers);
  return 0;
}

/* -1 after an exception, of the writer's too. */
static int check_writer(JSContext* context, const wws_writer* writer, int result) {
  if (result == 0 && writer->failed) {
    JS_ThrowOutOfMemory(context);
    return -1;
  }
  return result;
}

static JSValue cache_put(JSContext* context, JSValueConst self, int argc, JSValueConst* argv) {
  uint32_t flags = 0;
  wws_fetch_request* request = request_of(context, argv[2]);
  wws_fetch_response* response = request ? response_of(context, argv[3]) : NULL;
  if (!response || JS_ToUint32(context, &flags, argv[0])) {
    return JS_EXCEPTION;
  }
  size_t size = 0;
  uint8_t* bytes = NULL;
  bool has_body = !JS_IsUndefined(argv[4]);
  if (has_body && wws_buffer_source(context, argv[4], &bytes, &size)) {
    return JS_EXCEPTION;
  }
  wws_writer writer;
  wws_writer_init(&writer, context);
  wws_write_u32(&writer, flags);
  int result = write_text(context, &writer, argv[1]);
  if (result == 0) {
    result = write_request(context, &writer, request);
  }
  if (result == 0) {
    result = write_response(context, &writer, response, has_body);
  }
  result = check_writer(context, &writer, result);
  if (result == 0) {
    result = wws_host_cache_put(writer.at, writer.size, bytes ? bytes : (const uint8_t*)"", size);
  }
  wws_writer_free(&writer);
  return result < 0 ? JS_EXCEPTION : JS_NewBool(context, result);
}

/* ---- the host's answers */

/* The host's text; NULL after an exception. */
static uint8_t* take_answer(JSContext* context, size_t size) {
  uint8_t* at = js_malloc(context, size + 1);
  if (at) {
    wws_host_cache_take(at);
  }
  return at;
}

static wws_headers* read_headers(JSContext* context, wws_reader* reader) {
  wws_headers* headers = wws_headers_new(context);
  uint32_t count = wws_read_u32(reader);
  for (uint32_t i = 0; headers && i < count && !reader->bad; i++) {
    wws_span name = wws_read_str(reader);
    wws_span value = wws_read_str(reader);
    if (wws_headers_append(context, headers, name, value) < 0) {
      wws_headers_free(JS_GetRuntime(context), headers);
      return NULL;
    }
  }
  if (headers) {
    headers->immutable = true;
  }
  return headers;
}

static JSValue read_text(JSContext* context, wws_reader* reader) {
  wws_span text = wws_read_str(reader);
  return JS_NewStringLen(context, (const char*)text.at, text.size);
}

static JSValue read_request(JSContext* context, wws_reader* reader) {
  wws_fetch_request* request = wws_request_new(context);
  if (!request) {
    return JS_EXCEPTION;
  }
  request->url = read_text(context, reader);
  request->method = JS_NewString(context, "GET");
  request->headers = read_headers(context, reader);
  if (!request->headers) {
    wws_request_free(JS_GetRuntime(context), request);
    return JS_EXCEPTION;
  }
  return wws_request_object(context, request);
}

static int read_body(JSContext* context, wws_body* body, uint32_t index, size_t size) {
  wws_blob* blob = wws_blob_new(context, (const uint8_t*)"", 0);
  if (!blob) {
    return -1;
  }
  body->blob = blob;
  body->kind = WWS_BODY_IS_BYTES;
  body->size = size;
  if (!size) {
    return 0;
  }
  uint8_t* at = js_realloc(context, blob->at, size);
  if (!at) {
    return -1;
  }
  blob->at = at;
  blob->size = size;
  wws_host_cache_body((int32_t)index, at);
  return 0;
}

static JSValue read_response(JSContext* context, wws_reader* reader, uint32_t index) {
  wws_read_str(reader);
  wws_skip_pairs(reader, wws_read_u32(reader));
  wws_fetch_response* response = wws_response_new(context);
  if (!response) {
    return JS_EXCEPTION;
  }
  uint32_t flags = wws_read_u32(reader);
  response->status = wws_read_u16(reader);
  wws_span reason = wws_read_str(reader);
  response->status_text = wws_new_latin1(context, reason.at, reason.size);
  response->url = read_text(context, reader);
  response->headers = read_headers(context, reader);
  response->redirected = (flags & WWS_CACHED_REDIRECTED) != 0;
  response->type = flags & WWS_CACHED_BASIC ? WWS_RESPONSE_BASIC : WWS_RESPONSE_DEFAULT;
  size_t size = wws_read_u32(reader);
  if (!response->headers || reader->bad ||
      ((flags & WWS_CACHED_BODY) && read_body(context, &response->body, index, size) < 0)) {
    wws_response_free(JS_GetRuntime(context), response);
    return JS_EXCEPTION;
  }
  return wws_response_object(context, response);
}

static JSValue read_item(JSContext* context, uint32_t what, wws_reader* reader, uint32_t index) {
  switch (what) {
    case WWS_CACHE_NAMES: return read_text(context, reader);
    case WWS_CACHE_KEYS: return read_request(context, reader);
    default: return read_response(context, reader, index);
  }
}

/* None when there is no answer, as while a worker loads. */
static JSValue read_answer(JSContext* context, uint32_t what, size_t size) {
  uint8_t* at = take_answer(context, size);
  if (!at) {
    return JS_EXCEPTION;
  }
  wws_reader reader = wws_read_message(at, size);
  JSValue list = JS_NewArray(context);
  uint32_t count = wws_read_u32(&reader);
  for (uint32_t i = 0; i < count && !reader.bad && !JS_IsException(list); i++) {
    JSValue item = read_item(context, what, &reader, i);
    if (JS_IsException(item) ||
        JS_DefinePropertyValueUint32(context, list, i, item, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(context, list);
      list = JS_EXCEPTION;
    }
  }
  js_free(context, at);
  return list;
}

static JSValue throw_answer(JSContext* context, size_t size) {
  uint8_t* at = take_answer(context, size);
  if (at) {
    JS_ThrowDOMException(context, "QuotaExceededError", "%.*s", (int)(size > 1000 ? 1000 : size),
                         (const char*)at);
    js_free(context, at);
  }
  return JS_EXCEPTION;
}

static int write_call(JSContext* context, wws_writer* writer, int argc, JSValueConst* argv) {
  uint32_t what = 0, flags = 0;
  if (JS_ToUint32(context, &what, argv[0]) || JS_ToUint32(context, &flags, argv[1])) {
    return -1;
  }
  wws_write_u32(writer, what);
  wws_write_u32(writer, flags);
  if (write_text(context, writer, argv[2])) {
    return -1;
  }
  if (argc > 3) {
    wws_fetch_request* request = request_of(context, argv[3]);
    return request ? write_request(context, writer, request) : -1;
  }
  wws_write_str(writer, "", 0);
  wws_write_u32(writer, 0);
  return 0;
}

static JSValue cache_call(JSContext* context, JSValueConst self, int argc, JSValueConst* argv) {
  uint32_t what = 0;
  wws_writer writer;
  wws_writer_init(&writer, context);
  int failed = check_writer(context, &writer, write_call(context, &writer, argc, argv));
  int32_t number = failed ? 0 : wws_host_cache(writer.at, writer.size);
  wws_writer_free(&writer);
  if (failed || JS_ToUint32(context, &what, argv[0])) {
    return JS_EXCEPTION;
  }
  if (number < 0) {
    return throw_answer(context, (size_t)(-1 - (int64_t)number));
  }
  bool answers = what >= WWS_CACHE_NAMES && what <= WWS_CACHE_KEYS;
  return answers ? read_answer(context, what, (size_t)number) : JS_NewInt32(context, number);
}

int wws_builtin_caches(JSContext* context) {
  static const JSCFunctionListEntry kFunctions[] = {
      JS_CFUNC_DEF("cacheRequest", 1, cache_request), JS_CFUNC_DEF("cacheCheck", 2, cache_check),
      JS_CFUNC_DEF("cacheBody", 1, cache_body),       JS_CFUNC_DEF("cachePut", 5, cache_put),
      JS_CFUNC_DEF("cacheCall", 3, cache_call),
  };
  return wws_extend_internals(context, kFunctions, WWS_COUNT(kFunctions));
}
