#include <string.h>

#include "state.h"

static void write_string_of(wws_writer* writer, JSContext* context, JSValueConst value,
                            const char* otherwise) {
  JSValue text = JS_ToString(context, value);
  if (JS_IsException(text)) {
    JS_FreeValue(context, JS_GetException(context));
    wws_write_str(writer, otherwise, strlen(otherwise));
    return;
  }
  wws_write_text(writer, text);
  JS_FreeValue(context, text);
}

/* The stack without its last line end, or nothing when it is not text. */
static void write_stack(wws_writer* writer, JSContext* context, JSValueConst error) {
  JSValue stack = JS_GetPropertyStr(context, error, "stack");
  size_t size = 0;
  const char* text = JS_IsString(stack) ? JS_ToCStringLen(context, &size, stack) : NULL;
  if (JS_HasException(context)) JS_FreeValue(context, JS_GetException(context));
  while (size && text[size - 1] == '\n') --size;
  wws_write_str(writer, text ? text : "", size);
  if (text) JS_FreeCString(context, text);
  JS_FreeValue(context, stack);
}

void wws_report_value(JSContext* context, int kind, JSValueConst reason) {
  wws_writer writer;
  wws_writer_init(&writer, context);
  write_string_of(&writer, context, reason, "an exception that has no text");
  if (JS_IsObject(reason)) {
    write_stack(&writer, context, reason);
  } else {
    wws_write_str(&writer, "", 0);
  }
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

static void forget(wws_engine* engine, JSValueConst promise) {
  wws_rejection* all = engine->rejections.at;
  for (uint32_t i = 0; i < engine->rejections.count; ++i) {
    if (!JS_IsStrictEqual(engine->context, all[i].promise, promise)) continue;
    JS_FreeValue(engine->context, all[i].promise);
    JS_FreeValue(engine->context, all[i].reason);
    all[i] = all[--engine->rejections.count];
    return;
  }
}

static void on_rejection(JSContext* context, JSValueConst promise, JSValueConst reason,
                         bool is_handled, void* opaque) {
  wws_engine* engine = opaque;
  if (is_handled) {
    forget(engine, promise);
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
    wws_report_value(engine->context, WWS_FAULT_REJECTION, first.reason);
    JS_FreeValue(engine->context, first.promise);
    JS_FreeValue(engine->context, first.reason);
  }
}
