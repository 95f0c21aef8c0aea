#include "encoding.h"

#include <string.h>

#include "../common/common.h"
#include "decoder.h"
#include "utf8.h"

/* ---- TextEncoder: https://encoding.spec.whatwg.org/#interface-textencoder ---- */

static JSClassID encoder_class;

static JSValue construct_encoder(JSContext* context, JSValueConst new_target, int argc,
                                 JSValueConst* argv) {
  (void)argc, (void)argv;
  JSValue object = wws_construct(context, new_target, encoder_class);
  if (!JS_IsException(object)) {
    /* No state; any address says that the object is one of ours. */
    JS_SetOpaque(object, &encoder_class);
  }
  return object;
}

static JSValue encoder_encoding(JSContext* context, JSValueConst this_value) {
  if (!wws_unwrap(context, this_value, encoder_class)) {
    return JS_EXCEPTION;
  }
  return JS_NewString(context, "utf-8");
}

static JSValue encoder_encode(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  if (!wws_unwrap(context, this_value, encoder_class)) {
    return JS_EXCEPTION;
  }
  if (argc < 1 || JS_IsUndefined(argv[0])) {
    return JS_NewUint8ArrayCopy(context, (const uint8_t*)"", 0);
  }
  WwsText text;
  if (wws_text_from(context, argv[0], &text)) {
    return JS_EXCEPTION;
  }
  JSValue array = JS_NewUint8ArrayCopy(context, (const uint8_t*)text.data, text.size);
  wws_text_free(context, &text);
  return array;
}

/* How many UTF-16 units the bytes came from. */
static uint32_t count_units(const uint8_t* data, size_t size) {
  uint32_t units = 0;
  for (size_t i = 0; i < size; i++) {
    units += (data[i] & 0xC0) != 0x80;
    units += data[i] >= 0xF0;
  }
  return units;
}

static JSValue encoder_encode_into(JSContext* context, JSValueConst this_value, int argc,
                                   JSValueConst* argv) {
  if (!wws_unwrap(context, this_value, encoder_class) ||
      wws_require_arguments(context, argc, 2, "TextEncoder.encodeInto")) {
    return JS_EXCEPTION;
  }
  WwsText text;
  if (wws_text_from(context, argv[0], &text)) {
    return JS_EXCEPTION;
  }
  if (JS_GetTypedArrayType(argv[1]) != JS_TYPED_ARRAY_UINT8) {
    wws_text_free(context, &text);
    return JS_ThrowTypeError(context, "TextEncoder.encodeInto: the target must be a Uint8Array");
  }
  size_t room = 0;
  uint8_t* target = NULL;
  if (wws_shared_buffer_source(context, argv[1], &target, &room)) {
    wws_text_free(context, &text);
    return JS_EXCEPTION;
  }
  size_t written = text.size < room ? text.size : room;
  while (written < text.size && written > 0 && ((uint8_t)text.data[written] & 0xC0) == 0x80) {
    written--; /* no half sequences */
  }
  if (written) {
    memcpy(target, text.data, written);
  }
  uint32_t read = count_units((const uint8_t*)text.data, written);
  wws_text_free(context, &text);
  JSValue result = JS_NewObject(context);
  if (!JS_IsException(result)) {
    JS_DefinePropertyValueStr(context, result, "read", JS_NewUint32(context, read), JS_PROP_C_W_E);
    JS_DefinePropertyValueStr(context, result, "written", JS_NewUint32(context, (uint32_t)written),
                              JS_PROP_C_W_E);
  }
  return result;
}

static const JSCFunctionListEntry encoder_members[] = {
    WWS_ATTRIBUTE("encoding", encoder_encoding, NULL),
    WWS_METHOD("encode", 0, encoder_encode),
    WWS_METHOD("encodeInto", 2, encoder_encode_into),
    WWS_TAG("TextEncoder"),
};

/* ---- atob, btoa: QuickJS has them, but takes a missing argument as "undefined".
 * https://html.spec.whatwg.org/#atob ---- */

static JSValue call_base64(JSContext* context, JSValueConst this_value, int argc,
                           JSValueConst* argv, int magic, JSValueConst* data) {
  (void)this_value;
  if (wws_require_arguments(context, argc, 1, magic ? "atob" : "btoa")) {
    return JS_EXCEPTION;
  }
  return JS_Call(context, data[0], JS_UNDEFINED, 1, argv);
}

static int guard_base64(JSContext* context, const char* name, int magic) {
  JSValue global = JS_GetGlobalObject(context);
  JSValue original = JS_GetPropertyStr(context, global, name);
  JS_FreeValue(context, global);
  /* Length 0 lets the call see how many arguments came; what scripts see is set below. */
  JSValue guard = JS_NewCFunctionData(context, call_base64, 0, magic, 1, &original);
  JS_FreeValue(context, original);
  if (JS_IsException(guard)) {
    return -1;
  }
  JS_DefinePropertyValueStr(context, guard, "name", JS_NewString(context, name),
                            JS_PROP_CONFIGURABLE);
  JS_DefinePropertyValueStr(context, guard, "length", JS_NewInt32(context, 1),
                            JS_PROP_CONFIGURABLE);
  return wws_define_global(context, name, guard);
}

int wws_builtin_encoding(JSContext* context) {
  const WwsClass encoder = {.name = "TextEncoder",
                            .constructor = construct_encoder,
                            .members = encoder_members,
                            .member_count = WWS_COUNT(encoder_members)};
  if (wws_define_class(context, &encoder_class, &encoder) || wws_install_decoder(context) ||
      guard_base64(context, "btoa", 0)) {
    return -1;
  }
  return guard_base64(context, "atob", 1);
}
