#include <string.h>

#include "state.h"

#define MAX_CAUSES 4

static const char kNoText[] = "an exception that has no text";

/* A str whose length is known when its last byte is written. */
static size_t begin_str(wws_writer* writer) {
  size_t begin = writer->size;
  wws_write_u32(writer, 0);
  return begin;
}

static void end_str(wws_writer* writer, size_t begin) {
  if (writer->failed) return;
  uint32_t size = (uint32_t)(writer->size - begin - 4);
  for (int i = 0; i < 4; ++i) writer->at[begin + i] = (uint8_t)(size >> (8 * i));
}

static void write_literal(wws_writer* writer, const char* text) {
  wws_write_bytes(writer, text, strlen(text));
}

/* What user code throws while an error is told is not told. */
static JSValue or_undefined(JSContext* context, JSValue value) {
  if (!JS_IsException(value)) return value;
  JS_FreeValue(context, JS_GetException(context));
  return JS_UNDEFINED;
}

static JSValue property(JSContext* context, JSValueConst object, const char* name) {
  return or_undefined(context, JS_GetPropertyStr(context, object, name));
}

/* As console shows it: an object without a class of its own has no other text. */
static JSValue inspect(JSContext* context, JSValueConst value) {
  JSValueConst internals = wws_internals(context);
  JSValue function = property(context, internals, "inspect");
  JSValue text = JS_UNDEFINED;
  if (JS_IsFunction(context, function)) {
    text = or_undefined(context, JS_Call(context, function, internals, 1, &value));
  }
  JS_FreeValue(context, function);
  return text;
}

/* Errors, and what libraries make to look like one. */
static bool is_error(JSContext* context, JSValueConst value) {
  if (wws_is_error(value)) return true;
  if (!JS_IsObject(value)) return false;
  JSValue stack = property(context, value, "stack");
  bool is_text = JS_IsString(stack);
  JS_FreeValue(context, stack);
  return is_text;
}

static void write_value(wws_writer* writer, JSContext* context, JSValueConst value) {
  JSValue text = is_error(context, value) ? or_undefined(context, JS_ToString(context, value))
                                          : inspect(context, value);
  size_t size = 0;
  const char* at = JS_IsString(text) ? JS_ToCStringLen(context, &size, text) : NULL;
  if (at) {
    wws_write_bytes(writer, at, size);
    JS_FreeCString(context, at);
  } else {
    if (JS_HasException(context)) JS_FreeValue(context, JS_GetException(context));
    write_literal(writer, kNoText);
  }
  JS_FreeValue(context, text);
}

/* A frame of QuickJS's functions or of our builtins says nothing about the worker. */
static bool is_frame_of_ours(const char* line, size_t size) {
  static const char kNative[] = " (native)";
  size_t tail = sizeof kNative - 1;
  if (size < 7 || memcmp(line, "    at ", 7) != 0) return false;
  if (size >= tail && memcmp(line + size - tail, kNative, tail) == 0) return true;
  for (size_t i = 0; i + 6 < size; ++i) {
    if (memcmp(line + i, " (wws:", 6) == 0) return true;
  }
  return false;
}

static void new_line(wws_writer* writer, size_t begin) {
  if (writer->size > begin + 4) wws_write_u8(writer, '\n');
}

static void write_frames(wws_writer* writer, JSContext* context, size_t begin, JSValueConst error) {
  JSValue stack = property(context, error, "stack");
  size_t size = 0;
  const char* text = JS_IsString(stack) ? JS_ToCStringLen(context, &size, stack) : NULL;
  if (JS_HasException(context)) JS_FreeValue(context, JS_GetException(context));
  for (size_t at = 0; at < size;) {
    const char* end = memchr(text + at, '\n', size - at);
    size_t length = end ? (size_t)(end - text) - at : size - at;
    if (length && !is_frame_of_ours(text + at, length)) {
      new_line(writer, begin);
      wws_write_bytes(writer, text + at, length);
    }
    at += length + 1;
  }
  if (text) JS_FreeCString(context, text);
  JS_FreeValue(context, stack);
}

/* The frames of an error, then each cause and its frames. */
static void write_stack(wws_writer* writer, JSContext* context, JSValueConst reason) {
  size_t begin = begin_str(writer);
  JSValue error = JS_DupValue(context, reason);
  for (int causes = 0; is_error(context, error); ++causes) {
    write_frames(writer, context, begin, error);
    JSValue cause = property(context, error, "cause");
    JS_FreeValue(context, error);
    error = cause;
    if (JS_IsUndefined(cause) || causes == MAX_CAUSES) break;
    new_line(writer, begin);
    write_literal(writer, "[cause]: ");
    write_value(writer, context, cause);
  }
  JS_FreeValue(context, error);
  end_str(writer, begin);
}

void wws_report_value(JSContext* context, int kind, JSValueConst reason) {
  wws_writer writer;
  wws_writer_init(&writer, context);
  size_t begin = begin_str(&writer);
  if (!is_error(context, reason)) write_literal(&writer, "thrown value: ");
  write_value(&writer, context, reason);
  end_str(&writer, begin);
  write_stack(&writer, context, reason);
  if (writer.failed) {
    if (JS_HasException(context)) JS_FreeValue(context, JS_GetException(context));
    wws_report_text(context, kind, "out of memory");
  } else {
    wws_host_fault(kind, writer.at, writer.size);
  }
  wws_writer_free(&writer);
}

void wws_report_text(JSContext* context, int kind, const char* message) {
  wws_writer writer;
  wws_writer_init(&writer, context);
  wws_write_str(&writer, message, strlen(message));
  wws_write_str(&writer, "", 0);
  if (!writer.failed) wws_host_fault(kind, writer.at, writer.size);
  wws_writer_free(&writer);
}

void wws_report_exception(JSContext* context, int kind) {
  if (!JS_HasException(context)) {
    wws_report_text(context, kind, "out of memory");
    return;
  }
  JSValue reason = JS_GetException(context);
  wws_report_value(context, kind, reason);
  JS_FreeValue(context, reason);
}

/* internals[name](promise, reason), where a listener may take care of it; true when one did. */
static bool tell_listeners(JSContext* context, const char* name, JSValueConst promise,
                           JSValueConst reason) {
  JSValue function = JS_GetPropertyStr(context, wws_internals(context), name);
  JSValueConst arguments[] = {promise, reason};
  JSValue result = JS_IsFunction(context, function)
                       ? JS_Call(context, function, JS_UNDEFINED, 2, arguments)
                       : JS_UNDEFINED;
  JS_FreeValue(context, function);
  if (JS_IsException(result)) wws_report_exception(context, WWS_FAULT_REJECTION);
  bool done = JS_IsBool(result) && JS_VALUE_GET_BOOL(result);
  JS_FreeValue(context, result);
  return done;
}

/* False when the rejection was told already. */
static bool forget(wws_engine* engine, JSValueConst promise) {
  wws_rejection* all = engine->rejections.at;
  for (uint32_t i = 0; i < engine->rejections.count; ++i) {
    if (!JS_IsStrictEqual(engine->context, all[i].promise, promise)) continue;
    JS_FreeValue(engine->context, all[i].promise);
    JS_FreeValue(engine->context, all[i].reason);
    all[i] = all[--engine->rejections.count];
    return true;
  }
  return false;
}

static void on_rejection(JSContext* context, JSValueConst promise, JSValueConst reason,
                         bool is_handled, void* opaque) {
  wws_engine* engine = opaque;
  if (is_handled) {
    if (!forget(engine, promise)) {
      tell_listeners(context, "onRejectionHandled", promise, JS_UNDEFINED);
    }
    return;
  }
  wws_rejection* slot = wws_list_push(context, &engine->rejections, sizeof(wws_rejection));
  if (!slot) {
    JS_FreeValue(context, JS_GetException(context));
    return;
  }
  slot->promise = JS_DupValue(context, promise);
  slot->reason = JS_DupValue(context, reason);
}

void wws_fault_init(wws_engine* engine) {
  JS_SetHostPromiseRejectionTracker(engine->runtime, on_rejection, engine);
}

void wws_report_rejections(wws_engine* engine) {
  /* Telling a rejection may run user code (a getter of `stack`) that adds more. */
  while (engine->rejections.count) {
    wws_rejection* all = engine->rejections.at;
    wws_rejection first = all[0];
    memmove(all, all + 1, --engine->rejections.count * sizeof *all);
    if (!tell_listeners(engine->context, "onUnhandledRejection", first.promise, first.reason)) {
      wws_report_value(engine->context, WWS_FAULT_REJECTION, first.reason);
    }
    JS_FreeValue(engine->context, first.promise);
    JS_FreeValue(engine->context, first.reason);
  }
}
