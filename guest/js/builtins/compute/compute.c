#include "compute.h"

#include <string.h>

#include "../common/common.h"

enum { kNumbers = 4, kRoom = 16384 };

/* The Computation message of the arguments: numbers, then buffers. */
static int write_computation(JSContext* context, wws_writer* writer, int argc, JSValueConst* argv) {
  for (int i = 0; i < kNumbers; i++) {
    uint32_t number = 0;
    if (i < argc && JS_ToUint32(context, &number, argv[i])) {
      return -1;
    }
    wws_write_u32(writer, number);
  }
  wws_write_u32(writer, argc > kNumbers ? (uint32_t)(argc - kNumbers) : 0);
  for (int i = kNumbers; i < argc; i++) {
    uint8_t* data = NULL;
    size_t size = 0;
    if (wws_buffer_source(context, argv[i], &data, &size)) {
      return -1;
    }
    wws_write_str(writer, data, size);
  }
  if (writer->failed) {
    JS_ThrowOutOfMemory(context);
    return -1;
  }
  return 0;
}

/* The text of the host's last error, whose number is -1 - its length. */
static JSValue error_text(JSContext* context, int64_t number) {
  size_t size = (size_t)(-1 - number);
  char* text = js_malloc(context, size + 1);
  if (!text) {
    return JS_EXCEPTION;
  }
  wws_host_crypto_take(text);
  JSValue value = JS_NewStringLen(context, text, size);
  js_free(context, text);
  return value;
}

static JSValue internal_codec(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  (void)this_value;
  wws_writer writer;
  wws_writer_init(&writer, context);
  JSValue result = JS_EXCEPTION;
  if (!write_computation(context, &writer, argc, argv)) {
    int32_t handle = wws_host_codec(writer.at, writer.size);
    result = handle > 0 ? JS_NewInt32(context, handle) : error_text(context, handle);
  }
  wws_writer_free(&writer);
  return result;
}

typedef struct Output {
  uint8_t* data;
  size_t size;
  size_t capacity;
} Output;

static int make_room(JSContext* context, Output* output) {
  if (output->capacity - output->size >= kRoom) {
    return 0;
  }
  size_t capacity = output->capacity * 2 + kRoom;
  uint8_t* data = js_realloc(context, output->data, capacity);
  if (!data) {
    return -1;
  }
  output->data = data;
  output->capacity = capacity;
  return 0;
}

/* Of the array's buffer: frees it with size 0. */
static void* resize_output(JSRuntime* runtime, void* opaque, void* data, size_t size) {
  (void)opaque;
  return js_realloc_rt(runtime, data, size);
}

static JSValue output_array(JSContext* context, Output* output) {
  if (!output->size) {
    js_free(context, output->data);
    return JS_NewUint8ArrayCopy(context, (const uint8_t*)"", 0);
  }
  if (output->size < kRoom) { /* most of the room would lie idle */
    JSValue copy = JS_NewUint8ArrayCopy(context, output->data, output->size);
    js_free(context, output->data);
    return copy;
  }
  return JS_NewUint8Array(context, output->data, output->size, resize_output, NULL, false);
}

/* Steps until the input is taken and, when it is the last, the codec finished. 0, a negative number
 * of the host's, or 1 after an exception. */
static int64_t run_codec(JSContext* context, int32_t handle, const uint8_t* in, size_t size,
                         int last, Output* output, size_t* taken, int* finished) {
  *taken = 0;
  *finished = 0;
  for (;;) {
    if (make_room(context, output)) {
      return 1;
    }
    size_t room = output->capacity - output->size;
    int64_t step = wws_host_codec_step(handle, in + *taken, size - *taken,
                                       output->data + output->size, room, last);
    if (step < 0) {
      return step;
    }
    size_t gave = (size_t)(step >> 24 & 0xffffff);
    size_t took = (size_t)(step & 0xffffff);
    output->size += gave;
    *taken += took;
    *finished = (int)(step >> 48 & 1);
    if (*finished) {
      return 0;
    }
    /* A codec that still has output must be asked again, even where nothing is left to take. */
    if (!last && *taken == size && !gave) {
      return 0;
    }
  }
}

static JSValue internal_codec_run(JSContext* context, JSValueConst this_value, int argc,
                                  JSValueConst* argv) {
  (void)this_value;
  int32_t handle = 0;
  uint8_t* in = NULL;
  size_t size = 0;
  if (argc < 4 || JS_ToInt32(context, &handle, argv[0]) ||
      wws_buffer_source(context, argv[1], &in, &size)) {
    return JS_EXCEPTION;
  }
  int last = JS_ToBool(context, argv[2]);
  Output output = {NULL, 0, 0};
  size_t taken = 0;
  int finished = 0;
  int64_t outcome = run_codec(context, handle, in, size, last, &output, &taken, &finished);
  if (outcome != 0) {
    js_free(context, output.data);
    return outcome < 0 ? error_text(context, outcome) : JS_EXCEPTION;
  }
  JSValue array = output_array(context, &output);
  if (JS_SetPropertyStr(context, argv[3], "finished", JS_NewBool(context, finished)) < 0 ||
      JS_SetPropertyStr(context, argv[3], "taken", JS_NewInt64(context, (int64_t)taken)) < 0) {
    JS_FreeValue(context, array);
    return JS_EXCEPTION;
  }
  return array;
}

static JSValue internal_codec_end(JSContext* context, JSValueConst this_value, int argc,
                                  JSValueConst* argv) {
  (void)this_value;
  int32_t handle = 0;
  if (argc < 1 || JS_ToInt32(context, &handle, argv[0])) {
    return JS_EXCEPTION;
  }
  wws_host_codec_end(handle);
  return JS_UNDEFINED;
}

static JSValue take_result(JSContext* context, int32_t size) {
  if (size < 0) {
    return error_text(context, size);
  }
  if (!size) {
    return JS_NewUint8ArrayCopy(context, (const uint8_t*)"", 0);
  }
  uint8_t* data = js_malloc(context, (size_t)size);
  if (!data) {
    return JS_EXCEPTION;
  }
  wws_host_crypto_take(data);
  return JS_NewUint8Array(context, data, (size_t)size, resize_output, NULL, false);
}

static JSValue internal_crypto(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  (void)this_value;
  wws_writer writer;
  wws_writer_init(&writer, context);
  JSValue result = JS_EXCEPTION;
  if (!write_computation(context, &writer, argc, argv)) {
    result = take_result(context, wws_host_crypto(writer.at, writer.size));
  }
  wws_writer_free(&writer);
  return result;
}

/* ---- compute: operations whose outcome is an event ---- */

static JSValue waiting(JSContext* context) {
  JSValue internals = JS_DupValue(context, wws_internals(context));
  JSValue map = JS_GetPropertyStr(context, internals, "computing");
  JS_FreeValue(context, internals);
  return map;
}

static JSValue internal_compute(JSContext* context, JSValueConst this_value, int argc,
                                JSValueConst* argv) {
  (void)this_value;
  wws_writer writer;
  wws_writer_init(&writer, context);
  int32_t id = 0;
  if (!write_computation(context, &writer, argc, argv)) {
    id = wws_host_compute(writer.at, writer.size);
  }
  wws_writer_free(&writer);
  if (!id) {
    return JS_EXCEPTION;
  }
  JSValue functions[2];
  JSValue promise = JS_NewPromiseCapability(context, functions);
  if (JS_IsException(promise)) {
    return promise;
  }
  JS_FreeValue(context, functions[1]);
  JSValue map = waiting(context);
  int stored = JS_SetPropertyUint32(context, map, (uint32_t)id, functions[0]);
  JS_FreeValue(context, map);
  if (stored < 0) {
    JS_FreeValue(context, promise);
    return JS_EXCEPTION;
  }
  wws_operation_began(context);
  return promise;
}

static int on_computed(JSContext* context, uint32_t id, wws_reader* rest) {
  uint32_t failed = wws_read_u32(rest);
  wws_span text = wws_read_str(rest);
  JSValue map = waiting(context);
  JSValue resolve = JS_GetPropertyUint32(context, map, id);
  JSAtom key = JS_NewAtomUInt32(context, id);
  JS_DeleteProperty(context, map, key, 0);
  JS_FreeAtom(context, key);
  JS_FreeValue(context, map);
  if (!JS_IsFunction(context, resolve)) {
    JS_FreeValue(context, resolve);
    return 0;
  }
  wws_operation_ended(context);
  JSValue value = failed ? JS_NewStringLen(context, (const char*)text.at, text.size)
                         : JS_NewUint8ArrayCopy(context, text.at, text.size);
  JSValueConst argument = value;
  JSValue result = JS_Call(context, resolve, JS_UNDEFINED, 1, &argument);
  JS_FreeValue(context, value);
  JS_FreeValue(context, resolve);
  if (JS_IsException(result)) {
    return -1;
  }
  JS_FreeValue(context, result);
  return 0;
}

static const JSCFunctionListEntry internal_functions[] = {
    JS_CFUNC_DEF("codec", 4, internal_codec),
    JS_CFUNC_DEF("codecRun", 4, internal_codec_run),
    JS_CFUNC_DEF("codecEnd", 1, internal_codec_end),
    JS_CFUNC_DEF("crypto", 4, internal_crypto),
    JS_CFUNC_DEF("compute", 4, internal_compute),
};

int wws_builtin_compute(JSContext* context) {
  wws_on_event(context, WWS_EVENT_COMPUTED, on_computed);
  JSValue map = JS_NewObjectProto(context, JS_NULL);
  if (JS_IsException(map) ||
      JS_SetPropertyStr(context, wws_internals(context), "computing", map) < 0) {
    return -1;
  }
  return wws_extend_internals(context, internal_functions, WWS_COUNT(internal_functions));
}
