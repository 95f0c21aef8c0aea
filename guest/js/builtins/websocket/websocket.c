#include "websocket.h"

#include "../../engine/state.h"
#include "../common/common.h"
#include "../lazy/lazy.h"

static const char kScript[] = "webSocket";

/* Calls what the script defines; it throws or not. */
static JSValue call(JSContext* context, const char* name, int argc, JSValueConst* argv) {
  JSValue function = wws_lazy_value(context, kScript, name);
  if (JS_IsException(function)) {
    return function;
  }
  JSValue result = JS_Call(context, function, JS_UNDEFINED, argc, argv);
  JS_FreeValue(context, function);
  return result;
}

static int run(JSContext* context, const char* name, int argc, JSValueConst* argv) {
  JSValue result = call(context, name, argc, argv);
  if (JS_IsException(result)) {
    return -1;
  }
  JS_FreeValue(context, result);
  return 0;
}

int wws_is_websocket(JSContext* context, JSValueConst value) {
  JSValue result = call(context, "isSocket", 1, &value);
  return JS_IsException(result) ? -1 : JS_ToBool(context, result);
}

int wws_websocket_couple(JSContext* context, JSValueConst socket) {
  if (wws_engine_of(context)->warming) {
    JS_ThrowTypeError(context, "a warm-up request cannot be answered with a WebSocket");
    return -1;
  }
  return run(context, "couple", 1, &socket);
}

int wws_websocket_flush(JSContext* context) { return run(context, "flush", 0, NULL); }

/* ---- events */

static int on_message(JSContext* context, uint32_t id, wws_reader* rest) {
  (void)id;
  uint32_t kind = wws_read_u32(rest);
  wws_span bytes = wws_read_str(rest);
  /* The host has seen to it that a text is UTF-8; unlike a file it keeps a byte order mark. */
  JSValue data = kind == WWS_SOCKET_TEXT
                     ? JS_NewStringLen(context, (const char*)bytes.at, bytes.size)
                     : JS_NewArrayBufferCopy(context, bytes.at, bytes.size);
  if (JS_IsException(data)) {
    return -1;
  }
  int result = run(context, "message", 1, &data);
  JS_FreeValue(context, data);
  return result;
}

static int on_closed(JSContext* context, uint32_t id, wws_reader* rest) {
  (void)id;
  wws_operation_ended(context);
  JSValue code = JS_NewUint32(context, wws_read_u32(rest));
  JSValue clean = JS_NewBool(context, wws_read_u32(rest) != 0);
  wws_span failure = wws_read_str(rest);
  wws_span reason = wws_read_str(rest);
  JSValue arguments[4] = {code, clean,
                          JS_NewStringLen(context, (const char*)failure.at, failure.size),
                          JS_NewStringLen(context, (const char*)reason.at, reason.size)};
  int result = JS_IsException(arguments[2]) || JS_IsException(arguments[3])
                   ? -1
                   : run(context, "closed", 4, arguments);
  JS_FreeValue(context, arguments[2]);
  JS_FreeValue(context, arguments[3]);
  return result;
}

/* ---- internals */

/* socketSend(data) */
static JSValue internal_send(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  (void)this_value;
  JSValueConst data = argc > 0 ? argv[0] : JS_UNDEFINED;
  if (JS_IsString(data)) {
    WwsText text;
    if (wws_text_from(context, data, &text)) {
      return JS_EXCEPTION;
    }
    wws_host_socket_send(WWS_SOCKET_TEXT, text.data, text.size);
    wws_text_free(context, &text);
    return JS_UNDEFINED;
  }
  uint8_t* at = NULL;
  size_t size = 0;
  if (wws_buffer_source(context, data, &at, &size)) {
    return JS_EXCEPTION;
  }
  wws_host_socket_send(WWS_SOCKET_BINARY, at ? (const void*)at : "", size);
  return JS_UNDEFINED;
}

/* socketClose(code, reason) */
static JSValue internal_close(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  (void)this_value;
  int32_t code = 0;
  WwsText reason;
  if (argc < 2 || JS_ToInt32(context, &code, argv[0]) || wws_text_from(context, argv[1], &reason)) {
    return JS_EXCEPTION;
  }
  wws_host_socket_close(code, reason.data, reason.size);
  wws_text_free(context, &reason);
  return JS_UNDEFINED;
}

static JSValue internal_buffered(JSContext* context, JSValueConst this_value, int argc,
                                 JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  return JS_NewInt64(context, wws_host_socket_buffered());
}

/* utf8Length(text) */
static JSValue internal_utf8_length(JSContext* context, JSValueConst this_value, int argc,
                                    JSValueConst* argv) {
  (void)this_value;
  if (argc < 1 || !JS_IsString(argv[0])) {
    return JS_ThrowTypeError(context, "utf8Length: not a string");
  }
  size_t size = wws_string_utf8_size(context, argv[0]);
  return size == SIZE_MAX ? JS_EXCEPTION : JS_NewInt64(context, (int64_t)size);
}

static JSValue internal_began(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  (void)this_value, (void)argc, (void)argv;
  wws_operation_began(context);
  return JS_UNDEFINED;
}

int wws_builtin_websocket(JSContext* context) {
  static const JSCFunctionListEntry kFunctions[] = {
      JS_CFUNC_DEF("socketSend", 1, internal_send),
      JS_CFUNC_DEF("socketClose", 2, internal_close),
      JS_CFUNC_DEF("socketBuffered", 0, internal_buffered),
      JS_CFUNC_DEF("socketBegan", 0, internal_began),
      JS_CFUNC_DEF("utf8Length", 1, internal_utf8_length),
  };
  wws_on_event(context, WWS_EVENT_MESSAGE, on_message);
  wws_on_event(context, WWS_EVENT_CLOSED, on_closed);
  return wws_extend_internals(context, kFunctions, WWS_COUNT(kFunctions));
}
