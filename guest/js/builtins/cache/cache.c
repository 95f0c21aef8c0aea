/* Cache: the worker's namespace of the key-value store. Values are strings. The web's interface of
 * this name, of which `caches` gives objects, is not a global. */
#include "../lazy/lazy.h"
#include "engine.h"

typedef struct {
  const uint8_t* at;
  size_t size;
  const char* text; /* to be freed with JS_FreeCString */
} utf8;

static bool to_utf8(JSContext* context, JSValueConst value, utf8* out) {
  out->text = JS_ToCStringLen(context, &out->size, value);
  out->at = (const uint8_t*)out->text;
  return out->text != NULL;
}

/* What kv_get or kv_list found; NULL after an exception. */
static uint8_t* take(JSContext* context, int32_t size) {
  uint8_t* bytes = js_malloc(context, (size_t)size + 1);
  if (bytes) wws_host_kv_take(bytes);
  return bytes;
}

static JSValue cache_get(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  utf8 key;
  if (!to_utf8(context, values[0], &key)) return JS_EXCEPTION;
  int32_t size = wws_host_kv_get(key.at, key.size);
  JS_FreeCString(context, key.text);
  if (size < 0) return JS_UNDEFINED;
  uint8_t* bytes = take(context, size);
  if (!bytes) return JS_EXCEPTION;
  JSValue value = JS_NewStringLen(context, (const char*)bytes, (size_t)size);
  js_free(context, bytes);
  return value;
}

static JSValue cache_set(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  utf8 key, value;
  if (!to_utf8(context, values[0], &key)) return JS_EXCEPTION;
  if (!to_utf8(context, values[1], &value)) {
    JS_FreeCString(context, key.text);
    return JS_EXCEPTION;
  }
  wws_host_kv_set(key.at, key.size, value.at, value.size);
  JS_FreeCString(context, value.text);
  JS_FreeCString(context, key.text);
  return JS_UNDEFINED;
}

static JSValue cache_delete(JSContext* context, JSValueConst self, int count,
                            JSValueConst* values) {
  utf8 key;
  if (!to_utf8(context, values[0], &key)) return JS_EXCEPTION;
  wws_host_kv_delete(key.at, key.size);
  JS_FreeCString(context, key.text);
  return JS_UNDEFINED;
}

static int add_pair(JSContext* context, JSValueConst object, wws_reader* list) {
  wws_span key = wws_read_str(list);
  wws_span value = wws_read_str(list);
  JSAtom name = JS_NewAtomLen(context, (const char*)key.at, key.size);
  if (name == JS_ATOM_NULL) return -1;
  JSValue text = JS_NewStringLen(context, (const char*)value.at, value.size);
  int result = JS_DefinePropertyValue(context, object, name, text, JS_PROP_C_W_E);
  JS_FreeAtom(context, name);
  return result;
}

static JSValue cache_list(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  int32_t size = wws_host_kv_list();
  uint8_t* bytes = take(context, size);
  if (!bytes) return JS_EXCEPTION;
  wws_reader list = wws_read_message(bytes, (size_t)size);
  JSValue object = JS_NewObject(context);
  uint32_t pairs = wws_read_u32(&list);
  for (uint32_t i = 0; i < pairs && !list.bad && !JS_IsException(object); ++i) {
    if (add_pair(context, object, &list) < 0) {
      JS_FreeValue(context, object);
      object = JS_EXCEPTION;
    }
  }
  js_free(context, bytes);
  return object;
}

static JSValue cache_state(JSContext* context, JSValueConst self) {
  return cache_list(context, self, 0, NULL);
}

/* `x instanceof Cache` says what it says elsewhere. */
static JSValue cache_has_instance(JSContext* context, JSValueConst self, int count,
                                  JSValueConst* values) {
  JSValue caches = wws_lazy_object(context, "caches");
  if (JS_IsException(caches)) return caches;
  JSAtom name = JS_NewAtom(context, "isCache");
  JSValue result = JS_Invoke(context, caches, name, 1, values);
  JS_FreeAtom(context, name);
  JS_FreeValue(context, caches);
  return result;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("[Symbol.hasInstance]", 1, cache_has_instance),
    JS_CFUNC_DEF("get", 1, cache_get),
    JS_CFUNC_DEF("set", 2, cache_set),
    JS_CFUNC_DEF("delete", 1, cache_delete),
    JS_CFUNC_DEF("list", 0, cache_list),
    JS_CGETSET_DEF("state", cache_state, NULL),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Cache", JS_PROP_CONFIGURABLE),
};

int wws_builtin_cache(JSContext* context) {
  JSValue cache = JS_NewObject(context);
  if (JS_IsException(cache) ||
      JS_SetPropertyFunctionList(context, cache, functions, sizeof functions / sizeof *functions) <
          0) {
    return -1;
  }
  JSValue global = JS_GetGlobalObject(context);
  int result = JS_DefinePropertyValueStr(context, global, "Cache", cache,
                                         JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
  JS_FreeValue(context, global);
  return result < 0 ? -1 : 0;
}
