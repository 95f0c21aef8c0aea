#include "crypto.h"

#include "../common/common.h"
#include "../lazy/lazy.h"

enum { kQuota = 65536 };

static JSClassID crypto_class;

static bool is_integer_array(JSValueConst value) {
  int type = JS_GetTypedArrayType(value);
  return type >= 0 && type != JS_TYPED_ARRAY_FLOAT16 && type != JS_TYPED_ARRAY_FLOAT32 &&
         type != JS_TYPED_ARRAY_FLOAT64;
}

static JSValue get_random_values(JSContext* context, JSValueConst this_value, int argc,
                                 JSValueConst* argv) {
  if (!wws_unwrap(context, this_value, crypto_class) ||
      wws_require_arguments(context, argc, 1, "crypto.getRandomValues")) {
    return JS_EXCEPTION;
  }
  if (!is_integer_array(argv[0])) {
    if (JS_IsDataView(argv[0]) || JS_GetTypedArrayType(argv[0]) >= 0) {
      return JS_ThrowDOMException(context, "TypeMismatchError",
                                  "crypto.getRandomValues: the array must be of integers");
    }
    return JS_ThrowTypeError(context, "crypto.getRandomValues: the argument must be a typed array");
  }
  size_t size = 0;
  uint8_t* data = NULL;
  if (wws_buffer_source(context, argv[0], &data, &size)) {
    return JS_EXCEPTION;
  }
  if (size > kQuota) {
    return JS_ThrowDOMException(context, "QuotaExceededError",
                                "crypto.getRandomValues: %u bytes asked for, at most %u are given",
                                (unsigned)size, (unsigned)kQuota);
  }
  if (size) {
    wws_host_random(data, size);
  }
  return JS_DupValue(context, argv[0]);
}

/* https://w3c.github.io/webcrypto/#Crypto-method-randomUUID */
static JSValue random_uuid(JSContext* context, JSValueConst this_value, int argc,
                           JSValueConst* argv) {
  (void)argc, (void)argv;
  if (!wws_unwrap(context, this_value, crypto_class)) {
    return JS_EXCEPTION;
  }
  uint8_t bytes[16];
  wws_host_random(bytes, sizeof(bytes));
  bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40);
  bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80);
  static const char kHex[] = "0123456789abcdef";
  char text[36];
  size_t at = 0;
  for (size_t i = 0; i < sizeof(bytes); i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text[at++] = '-';
    }
    text[at++] = kHex[bytes[i] >> 4];
    text[at++] = kHex[bytes[i] & 15];
  }
  return JS_NewStringLen(context, text, sizeof(text));
}

static JSValue crypto_subtle(JSContext* context, JSValueConst this_value) {
  if (!wws_unwrap(context, this_value, crypto_class)) {
    return JS_EXCEPTION;
  }
  return wws_lazy_value(context, "subtle", "subtle");
}

static const JSCFunctionListEntry crypto_members[] = {
    WWS_ATTRIBUTE("subtle", crypto_subtle, NULL),
    WWS_METHOD("getRandomValues", 1, get_random_values),
    WWS_METHOD("randomUUID", 0, random_uuid),
    WWS_TAG("Crypto"),
};

int wws_builtin_crypto(JSContext* context) {
  const WwsClass crypto = {
      .name = "Crypto", .members = crypto_members, .member_count = WWS_COUNT(crypto_members)};
  if (wws_define_class(context, &crypto_class, &crypto)) {
    return -1;
  }
  JSValue object = JS_NewObjectClass(context, (int)crypto_class);
  if (JS_IsException(object)) {
    return -1;
  }
  JS_SetOpaque(object, &crypto_class);
  return wws_define_global(context, "crypto", object);
}
