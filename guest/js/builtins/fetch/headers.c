/* The Headers class: https://fetch.spec.whatwg.org/#headers-class */
#include <string.h>

#include "header_list.h"

/* ---- from JS values */

/* A ByteString: `value` as bytes, one for each code unit. `owner` keeps them alive. */
typedef struct {
  wws_span span;
  JSValue owner;
  uint8_t* copy;
} byte_string;

static void release(JSContext* context, byte_string* text) {
  JS_FreeValue(context, text->owner);
  js_free(context, text->copy);
}

static int narrow(JSContext* context, byte_string* out) {
  size_t size;
  const uint16_t* units = JS_ToCStringLenUTF16(context, &size, out->owner);
  if (!units) return -1;
  out->copy = js_malloc(context, size + 1);
  int result = out->copy ? 0 : -1;
  for (size_t i = 0; i < size && result == 0; ++i) {
    if (units[i] > 0xff) {
      JS_ThrowTypeError(context, "a header has a character above U+00FF");
      result = -1;
    } else {
      out->copy[i] = (uint8_t)units[i];
    }
  }
  JS_FreeCStringUTF16(context, units);
  out->span = (wws_span){out->copy, size};
  return result;
}

static int to_bytes(JSContext* context, JSValueConst value, byte_string* out) {
  *out = (byte_string){.owner = JS_ToString(context, value)};
  if (JS_IsException(out->owner)) {
    out->owner = JS_UNDEFINED;
    return -1;
  }
  size_t size;
  const uint8_t* at = wws_string_latin1(context, out->owner, &size);
  if (at) {
    out->span = (wws_span){at, size};
    return 0;
  }
  if (narrow(context, out) == 0) return 0;
  release(context, out);
  return -1;
}

bool wws_is_token(wws_span text) {
  for (size_t i = 0; i < text.size; ++i) {
    uint8_t c = text.at[i];
    bool alphanumeric = (c >= '0' && c <= '9') || (wws_lower(c) >= 'a' && wws_lower(c) <= 'z');
    if (!alphanumeric && (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))) return false;
  }
  return text.size != 0;
}

static int to_name(JSContext* context, JSValueConst value, byte_string* out) {
  if (to_bytes(context, value, out) < 0) return -1;
  if (wws_is_token(out->span)) return 0;
  JS_ThrowTypeError(context, "\"%.*s\" is not a header name",
                    (int)(out->span.size > 60 ? 60 : out->span.size), (const char*)out->span.at);
  release(context, out);
  return -1;
}

static bool is_white(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static int to_value(JSContext* context, JSValueConst value, byte_string* out) {
  if (to_bytes(context, value, out) < 0) return -1;
  wws_span* span = &out->span;
  while (span->size && is_white(span->at[0])) ++span->at, --span->size;
  while (span->size && is_white(span->at[span->size - 1])) --span->size;
  for (size_t i = 0; i < span->size; ++i) {
    uint8_t c = span->at[i];
    if (c != 0 && c != '\r' && c != '\n') continue;
    JS_ThrowTypeError(context, "a header value has a line break or a NUL in it");
    release(context, out);
    return -1;
  }
  return 0;
}

static int refuse_immutable(JSContext* context, const wws_headers* headers) {
  if (!headers->immutable) return 0;
  JS_ThrowTypeError(context, "these headers are immutable: copy them with new Headers(headers)");
  return -1;
}

static void touch(wws_headers* headers, wws_span name) {
  if (name.size != 12) return;
  for (size_t i = 0; i < 12; ++i) {
    if (wws_lower(name.at[i]) != "content-type"[i]) return;
  }
  headers->type_touched = true;
}

static int append_values(JSContext* context, wws_headers* headers, JSValueConst name_value,
                         JSValueConst value_value) {
  byte_string name, value;
  if (to_name(context, name_value, &name) < 0) return -1;
  int result = to_value(context, value_value, &value);
  if (result == 0) {
    result = refuse_immutable(context, headers) < 0
                 ? -1
                 : wws_headers_append(context, headers, name.span, value.span);
    touch(headers, name.span);
    release(context, &value);
  }
  release(context, &name);
  return result;
}

static int set_values(JSContext* context, wws_headers* headers, JSValueConst name_value,
                      JSValueConst value_value) {
  byte_string name, value;
  if (to_name(context, name_value, &name) < 0) return -1;
  int result = to_value(context, value_value, &value);
  if (result == 0) {
    result = refuse_immutable(context, headers);
    uint32_t i = 0;
    while (i < headers->count && !wws_header_is(headers, i, name.span)) ++i;
    if (result == 0 && i < headers->count) {
      uint8_t* at = wws_headers_room(context, headers, value.span.size);
      if (at && value.span.size) memcpy(at, value.span.at, value.span.size);
      if (at) {
        headers->entries[i].value_at = (uint32_t)(at - headers->bytes);
        headers->entries[i].value_size = (uint32_t)value.span.size;
      }
      result = at ? 0 : -1;
      wws_headers_remove(headers, name.span, i + 1);
    } else if (result == 0) {
      result = wws_headers_append(context, headers, name.span, value.span);
    }
    touch(headers, name.span);
    release(context, &value);
  }
  release(context, &name);
  return result;
}

/* ---- HeadersInit */

static wws_headers* headers_of(JSContext* context, JSValueConst value) {
  return JS_GetOpaque(value, wws_fetch_of(context)->headers_class);
}

static int fill_from_list(JSContext* context, wws_headers* to, const wws_headers* from) {
  for (uint32_t i = 0; i < from->count; ++i) {
    wws_span name = wws_header_name(from, i);
    if (wws_headers_append(context, to, name, wws_header_value(from, i)) < 0) return -1;
    touch(to, name);
  }
  return 0;
}

/* One [name, value] of a sequence. */
static int fill_pair(JSContext* context, wws_headers* headers, JSValueConst pair) {
  JSValue iterate = JS_IsObject(pair)
                        ? JS_GetProperty(context, pair, wws_fetch_of(context)->symbol_iterator)
                        : JS_UNDEFINED;
  bool iterable = JS_IsFunction(context, iterate);
  JS_FreeValue(context, iterate);
  int64_t length = -1;
  if (!iterable) {
    JS_ThrowTypeError(context, "headers: each element must be a [name, value] pair");
    return -1;
  }
  if (JS_GetLength(context, pair, &length) < 0) return -1;
  if (length != 2) {
    JS_ThrowTypeError(context, "headers: each element must be a [name, value] pair");
    return -1;
  }
  JSValue name = JS_GetPropertyUint32(context, pair, 0);
  JSValue value = JS_GetPropertyUint32(context, pair, 1);
  int result = JS_IsException(name) || JS_IsException(value)
                   ? -1
                   : append_values(context, headers, name, value);
  JS_FreeValue(context, name);
  JS_FreeValue(context, value);
  return result;
}

static int fill_from_iterator(JSContext* context, wws_headers* headers, JSValueConst iterator) {
  const wws_fetch_state* state = wws_fetch_of(context);
  JSValue next = JS_GetProperty(context, iterator, state->atoms.next);
  int result = JS_IsException(next) ? -1 : 1;
  while (result > 0) {
    JSValue step = JS_Call(context, next, iterator, 0, NULL);
    JSValue done =
        JS_IsException(step) ? JS_EXCEPTION : JS_GetProperty(context, step, state->atoms.done);
    result = JS_IsException(done) ? -1 : !JS_ToBool(context, done);
    if (result > 0) {
      JSValue pair = JS_GetProperty(context, step, state->atoms.value);
      if (JS_IsException(pair) || fill_pair(context, headers, pair) < 0) result = -1;
      JS_FreeValue(context, pair);
    }
    JS_FreeValue(context, done);
    JS_FreeValue(context, step);
  }
  JS_FreeValue(context, next);
  return result;
}

static int fill_from_record(JSContext* context, wws_headers* headers, JSValueConst record) {
  JSPropertyEnum* names = NULL;
  uint32_t count = 0;
  int flags = JS_GPN_STRING_MASK | JS_GPN_SYMBOL_MASK | JS_GPN_ENUM_ONLY;
  if (JS_GetOwnPropertyNames(context, &names, &count, record, flags) < 0) return -1;
  int result = 0;
  for (uint32_t i = 0; i < count && result == 0; ++i) {
    JSValue name = JS_AtomToValue(context, names[i].atom);
    JSValue value = JS_GetProperty(context, record, names[i].atom);
    result = JS_IsException(name) || JS_IsException(value)
                 ? -1
                 : append_values(context, headers, name, value);
    JS_FreeValue(context, value);
    JS_FreeValue(context, name);
  }
  JS_FreePropertyEnum(context, names, count);
  return result;
}

int wws_headers_fill(JSContext* context, wws_headers* headers, JSValueConst init) {
  if (!JS_IsObject(init)) {
    JS_ThrowTypeError(context, "headers must be an object, a list of pairs, or a Headers");
    return -1;
  }
  wws_headers* list = headers_of(context, init);
  if (list) return fill_from_list(context, headers, list);
  JSValue iterate = JS_GetProperty(context, init, wws_fetch_of(context)->symbol_iterator);
  if (JS_IsException(iterate)) return -1;
  if (JS_IsUndefined(iterate) || JS_IsNull(iterate)) {
    return fill_from_record(context, headers, init);
  }
  JSValue iterator = JS_Call(context, iterate, init, 0, NULL);
  JS_FreeValue(context, iterate);
  if (JS_IsException(iterator)) return -1;
  int result = fill_from_iterator(context, headers, iterator);
  JS_FreeValue(context, iterator);
  return result;
}

/* ---- the class */

static void finalize(JSRuntime* runtime, JSValueConst value) {
  JSClassID class_id;
  wws_headers_free(runtime, JS_GetAnyOpaque(value, &class_id));
}

static const JSClassDef headers_class = {.class_name = "Headers", .finalizer = finalize};

JSValue wws_headers_object(JSContext* context, wws_headers* headers) {
  JSValue object = JS_NewObjectClass(context, (int)wws_fetch_of(context)->headers_class);
  if (!JS_IsException(object)) JS_SetOpaque(object, wws_headers_dup(headers));
  return object;
}

static JSValue construct(JSContext* context, JSValueConst new_target, int count,
                         JSValueConst* values) {
  const wws_fetch_state* state = wws_fetch_of(context);
  JSValue object =
      wws_fetch_construct(context, new_target, state->headers_constructor, state->headers_class);
  if (JS_IsException(object)) return object;
  wws_headers* headers = wws_headers_new(context);
  if (headers) JS_SetOpaque(object, headers);
  bool given = count > 0 && !JS_IsUndefined(values[0]);
  if (!headers || (given && wws_headers_fill(context, headers, values[0]) < 0)) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  return object;
}

static wws_headers* self_of(JSContext* context, JSValueConst self) {
  return JS_GetOpaque2(context, self, wws_fetch_of(context)->headers_class);
}

static int need(JSContext* context, int count, int wanted, const char* method) {
  if (count >= wanted) return 0;
  JS_ThrowTypeError(context, "Headers.%s needs %d argument%s", method, wanted,
                    wanted == 1 ? "" : "s");
  return -1;
}

static JSValue headers_append(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  if (!headers || need(context, count, 2, "append") < 0 ||
      append_values(context, headers, values[0], values[1]) < 0) {
    return JS_EXCEPTION;
  }
  return JS_UNDEFINED;
}

static JSValue headers_set(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  if (!headers || need(context, count, 2, "set") < 0 ||
      set_values(context, headers, values[0], values[1]) < 0) {
    return JS_EXCEPTION;
  }
  return JS_UNDEFINED;
}

static JSValue headers_get(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  byte_string name;
  if (!headers || need(context, count, 1, "get") < 0 || to_name(context, values[0], &name) < 0) {
    return JS_EXCEPTION;
  }
  JSValue text = wws_headers_combine(context, headers, name.span);
  release(context, &name);
  return text;
}

static JSValue headers_has(JSContext* context, JSValueConst self, int count, JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  byte_string name;
  if (!headers || need(context, count, 1, "has") < 0 || to_name(context, values[0], &name) < 0) {
    return JS_EXCEPTION;
  }
  bool found = false;
  for (uint32_t i = 0; i < headers->count && !found; ++i)
    found = wws_header_is(headers, i, name.span);
  release(context, &name);
  return JS_NewBool(context, found);
}

static JSValue headers_delete(JSContext* context, JSValueConst self, int count,
                              JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  byte_string name;
  if (!headers || need(context, count, 1, "delete") < 0 || to_name(context, values[0], &name) < 0) {
    return JS_EXCEPTION;
  }
  int result = refuse_immutable(context, headers);
  if (result == 0) {
    wws_headers_remove(headers, name.span, 0);
    touch(headers, name.span);
  }
  release(context, &name);
  return result < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue headers_get_set_cookie(JSContext* context, JSValueConst self, int count,
                                      JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  if (!headers) return JS_EXCEPTION;
  JSValue list = JS_NewArray(context);
  uint32_t found = 0;
  for (uint32_t i = 0; i < headers->count && !JS_IsException(list); ++i) {
    if (!wws_header_is(headers, i, wws_span_of("set-cookie"))) continue;
    wws_span value = wws_header_value(headers, i);
    JSValue text = wws_new_latin1(context, value.at, value.size);
    if (JS_IsException(text) ||
        JS_DefinePropertyValueUint32(context, list, found++, text, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(context, list);
      list = JS_EXCEPTION;
    }
  }
  return list;
}

/* ---- iteration */

typedef struct {
  wws_headers* headers;
  uint32_t* order;
  uint32_t count, at, version;
  int kind; /* 0 keys, 1 values, 2 entries */
} iteration;

static void iterator_finalize(JSRuntime* runtime, JSValueConst value) {
  JSClassID class_id;
  iteration* state = JS_GetAnyOpaque(value, &class_id);
  if (!state) return;
  wws_headers_free(runtime, state->headers);
  js_free_rt(runtime, state->order);
  js_free_rt(runtime, state);
}

static const JSClassDef iterator_class = {.class_name = "Headers Iterator",
                                          .finalizer = iterator_finalize};

static JSValue headers_iterate(JSContext* context, JSValueConst self, int count,
                               JSValueConst* values, int kind) {
  wws_headers* headers = self_of(context, self);
  if (!headers) return JS_EXCEPTION;
  JSValue object = JS_NewObjectClass(context, (int)wws_fetch_of(context)->headers_iterator_class);
  iteration* state = JS_IsException(object) ? NULL : js_mallocz(context, sizeof *state);
  if (!state) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  state->headers = wws_headers_dup(headers);
  state->version = headers->version - 1;
  state->kind = kind;
  JS_SetOpaque(object, state);
  return object;
}

static JSValue iteration_value(JSContext* context, const iteration* state, uint32_t entry) {
  wws_span name = wws_header_name(state->headers, entry);
  if (state->kind == 0) return wws_new_latin1(context, name.at, name.size);
  JSValue value = wws_headers_sorted_value(context, state->headers, entry);
  if (state->kind == 1 || JS_IsException(value)) return value;
  JSValue pair[2] = {wws_new_latin1(context, name.at, name.size), value};
  if (JS_IsException(pair[0])) {
    JS_FreeValue(context, value);
    return JS_EXCEPTION;
  }
  return JS_NewArrayFrom(context, 2, pair);
}

static JSValue iterator_next(JSContext* context, JSValueConst self, int count, JSValueConst* values,
                             int* done, int magic) {
  iteration* state = JS_GetOpaque2(context, self, wws_fetch_of(context)->headers_iterator_class);
  *done = 0;
  if (!state) return JS_EXCEPTION;
  if (state->version != state->headers->version) {
    js_free(context, state->order);
    state->order = wws_headers_sort(context, state->headers, &state->count);
    if (!state->order) return JS_EXCEPTION;
    state->version = state->headers->version;
  }
  if (state->at >= state->count) {
    *done = 1;
    return JS_UNDEFINED;
  }
  return iteration_value(context, state, state->order[state->at++]);
}

static JSValue headers_for_each(JSContext* context, JSValueConst self, int count,
                                JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  if (!headers) return JS_EXCEPTION;
  if (count < 1 || !JS_IsFunction(context, values[0])) {
    return JS_ThrowTypeError(context, "Headers.forEach needs a function");
  }
  JSValueConst receiver = count > 1 ? values[1] : JS_UNDEFINED;
  JSValue result = JS_UNDEFINED;
  /* The list may change under the callback: each step looks at it anew. */
  for (uint32_t i = 0; !JS_IsException(result); ++i) {
    uint32_t total;
    uint32_t* order = wws_headers_sort(context, headers, &total);
    if (!order) return JS_EXCEPTION;
    uint32_t entry = i < total ? order[i] : UINT32_MAX;
    js_free(context, order);
    if (entry == UINT32_MAX) break;
    wws_span name = wws_header_name(headers, entry);
    JSValue arguments[3] = {wws_headers_sorted_value(context, headers, entry),
                            wws_new_latin1(context, name.at, name.size),
                            JS_DupValue(context, self)};
    result = JS_IsException(arguments[0]) || JS_IsException(arguments[1])
                 ? JS_EXCEPTION
                 : JS_Call(context, values[0], receiver, 3, arguments);
    JS_FreeValues(context, arguments[0], arguments[1], arguments[2]);
    JS_FreeValue(context, result);
  }
  return JS_IsException(result) ? JS_EXCEPTION : JS_UNDEFINED;
}

/* Kept from before Headers was iterable: JSON.stringify(headers) is an object of them. */
static JSValue headers_to_json(JSContext* context, JSValueConst self, int count,
                               JSValueConst* values) {
  wws_headers* headers = self_of(context, self);
  if (!headers) return JS_EXCEPTION;
  JSValue object = JS_NewObject(context);
  for (uint32_t i = 0; i < headers->count && !JS_IsException(object); ++i) {
    wws_span name = wws_header_name(headers, i);
    JSAtom atom = JS_NewAtomLen(context, (const char*)name.at, name.size);
    JSValue value = wws_headers_combine(context, headers, name);
    int result = JS_IsException(value)
                     ? -1
                     : JS_DefinePropertyValue(context, object, atom, value, JS_PROP_C_W_E);
    JS_FreeAtom(context, atom);
    if (result < 0) {
      JS_FreeValue(context, object);
      object = JS_EXCEPTION;
    }
  }
  return object;
}

#define ENUMERABLE_METHOD (JS_PROP_C_W_E)

/* As JS_CFUNC_MAGIC_DEF, enumerable. */
#define ITERATION(name, kind)                                                   \
  {                                                                             \
    name, JS_PROP_C_W_E, JS_DEF_CFUNC, kind, {                                  \
      .func = { 0, JS_CFUNC_generic_magic, {.generic_magic = headers_iterate} } \
    }                                                                           \
  }

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF2("append", 2, headers_append, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("delete", 1, headers_delete, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("get", 1, headers_get, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("getSetCookie", 0, headers_get_set_cookie, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("has", 1, headers_has, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("set", 2, headers_set, ENUMERABLE_METHOD),
    JS_CFUNC_DEF2("forEach", 1, headers_for_each, ENUMERABLE_METHOD),
    ITERATION("keys", 0),
    ITERATION("values", 1),
    ITERATION("entries", 2),
    JS_ALIAS_DEF("[Symbol.iterator]", "entries"),
    JS_CFUNC_DEF("toJSON", 0, headers_to_json),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Headers", JS_PROP_CONFIGURABLE),
};

static const JSCFunctionListEntry iterator_functions[] = {
    JS_ITERATOR_NEXT_DEF("next", 0, iterator_next, 0),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Headers Iterator", JS_PROP_CONFIGURABLE),
};

static int init_iterator(JSContext* context, wws_fetch_state* state) {
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &state->headers_iterator_class);
  if (JS_NewClass(runtime, state->headers_iterator_class, &iterator_class) < 0) return -1;
  JSValue global = JS_GetGlobalObject(context);
  JSValue iterator = JS_GetPropertyStr(context, global, "Iterator");
  JSValue parent = JS_GetPropertyStr(context, iterator, "prototype");
  JSValue prototype = JS_NewObjectProto(context, parent);
  JS_FreeValues(context, parent, iterator, global);
  if (JS_IsException(prototype) ||
      JS_SetPropertyFunctionList(context, prototype, iterator_functions,
                                 sizeof iterator_functions / sizeof *iterator_functions) < 0) {
    return -1;
  }
  JS_SetClassProto(context, state->headers_iterator_class, prototype);
  return 0;
}

int wws_headers_class_init(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &state->headers_class);
  if (JS_NewClass(runtime, state->headers_class, &headers_class) < 0) return -1;
  state->headers_constructor =
      wws_fetch_define_class(context, state->headers_class, "Headers", construct, 0, functions,
                             sizeof functions / sizeof *functions, NULL, 0);
  if (JS_IsException(state->headers_constructor)) return -1;
  return init_iterator(context, state);
}
