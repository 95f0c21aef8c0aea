#include "search_params.h"

#include <string.h>

#include "../common/common.h"
#include "pairs.h"
#include "url.h"

typedef struct Params {
  PairList list;
  UrlRecord* record; /* NULL: belongs to no URL */
} Params;

typedef struct Cursor {
  JSValue params;
  size_t next;
  int what;
} Cursor;

enum { WHAT_ENTRIES, WHAT_KEYS, WHAT_VALUES };

static JSClassID params_class;
static JSClassID cursor_class;

void wws_url_record_release(JSRuntime* runtime, UrlRecord* record) {
  if (record && --record->references == 0) {
    ada_free(record->url);
    js_free_rt(runtime, record);
  }
}

/* https://url.spec.whatwg.org/#concept-urlsearchparams-update */
static JSValue update(JSContext* context, Params* params) {
  if (!params->record) {
    return JS_UNDEFINED;
  }
  PairText bytes;
  if (wws_pairs_serialize(context, &params->list, &bytes)) {
    return JS_EXCEPTION;
  }
  if (bytes.size == 0) {
    ada_set_search(params->record->url, "", 0);
  } else {
    ada_set_search(params->record->url, bytes.data, bytes.size);
  }
  js_free(context, bytes.data);
  return JS_UNDEFINED;
}

/* ---- URLSearchParams ---- */

static void finalize_params(JSRuntime* runtime, JSValueConst value) {
  Params* params = JS_GetOpaque(value, params_class);
  if (params) {
    wws_pairs_clear(runtime, &params->list);
    js_free_rt(runtime, params->list.pairs);
    wws_url_record_release(runtime, params->record);
    js_free_rt(runtime, params);
  }
}

static JSValue make_params(JSContext* context, JSValueConst new_target, Params** out) {
  JSValue object = JS_IsUndefined(new_target) ? JS_NewObjectClass(context, (int)params_class)
                                              : wws_construct(context, new_target, params_class);
  if (JS_IsException(object)) {
    return object;
  }
  Params* params = js_mallocz(context, sizeof(*params));
  if (!params) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  JS_SetOpaque(object, params);
  *out = params;
  return object;
}

static int fill_from_object(JSContext* context, Params* params, JSValueConst init) {
  JSValue what = JS_NewString(context, "URLSearchParams constructor");
  JSValueConst arguments[] = {init, what};
  JSValue flat = wws_call_internal(context, "toPairs", 2, arguments);
  JS_FreeValue(context, what);
  int64_t length = 0;
  if (JS_IsException(flat) || JS_GetLength(context, flat, &length)) {
    JS_FreeValue(context, flat);
    return -1;
  }
  int result = 0;
  for (uint32_t i = 0; !result && (int64_t)i + 1 < length; i += 2) {
    JSValue name = JS_GetPropertyUint32(context, flat, i);
    JSValue value = JS_GetPropertyUint32(context, flat, i + 1);
    JSValue name_text = wws_to_usv_string(context, name);
    JSValue value_text =
        JS_IsException(name_text) ? JS_EXCEPTION : wws_to_usv_string(context, value);
    JS_FreeValue(context, name);
    JS_FreeValue(context, value);
    result = wws_pairs_append(context, &params->list, name_text, value_text);
  }
  JS_FreeValue(context, flat);
  return result;
}

static int fill_from_text(JSContext* context, Params* params, JSValueConst init) {
  WwsText text;
  if (wws_text_from(context, init, &text)) {
    return -1;
  }
  size_t skip = text.size && text.data[0] == '?' ? 1 : 0;
  int result = wws_pairs_parse(context, &params->list, text.data + skip, text.size - skip);
  wws_text_free(context, &text);
  return result;
}

static JSValue construct_params(JSContext* context, JSValueConst new_target, int argc,
                                JSValueConst* argv) {
  Params* params = NULL;
  JSValue object = make_params(context, new_target, &params);
  if (JS_IsException(object) || argc < 1 || JS_IsUndefined(argv[0])) {
    return object;
  }
  int failed = JS_IsObject(argv[0]) ? fill_from_object(context, params, argv[0])
                                    : fill_from_text(context, params, argv[0]);
  if (failed) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  return object;
}

JSValue wws_search_params_for(JSContext* context, UrlRecord* record) {
  Params* params = NULL;
  JSValue object = make_params(context, JS_UNDEFINED, &params);
  if (JS_IsException(object)) {
    return object;
  }
  record->references++;
  params->record = record;
  if (wws_search_params_refresh(context, object)) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  return object;
}

int wws_search_params_refresh(JSContext* context, JSValueConst value) {
  Params* params = JS_GetOpaque(value, params_class);
  wws_pairs_clear(JS_GetRuntime(context), &params->list);
  ada_string query = ada_get_search(params->record->url);
  size_t skip = query.length ? 1 : 0;
  return wws_pairs_parse(context, &params->list, query.data + skip, query.length - skip);
}

/* The name of a method's first argument and perhaps its second, as USVStrings. */
typedef struct Arguments {
  Params* params;
  JSValue name;
  JSValue value; /* undefined: not given */
} Arguments;

static int read_arguments(JSContext* context, JSValueConst this_value, int argc, JSValueConst* argv,
                          int needed, const char* what, Arguments* out) {
  out->name = out->value = JS_UNDEFINED;
  if (!wws_unwrap(context, this_value, params_class) ||
      wws_require_arguments(context, argc, needed, what)) {
    return -1;
  }
  out->name = wws_to_usv_string(context, argv[0]);
  if (JS_IsException(out->name)) {
    return -1;
  }
  if (argc > 1 && (needed > 1 || !JS_IsUndefined(argv[1]))) {
    out->value = wws_to_usv_string(context, argv[1]);
    if (JS_IsException(out->value)) {
      JS_FreeValue(context, out->name);
      return -1;
    }
  }
  out->params = JS_GetOpaque(this_value, params_class);
  return 0;
}

static void free_arguments(JSContext* context, Arguments* arguments) {
  JS_FreeValue(context, arguments->name);
  JS_FreeValue(context, arguments->value);
}

static bool matches(JSContext* context, const Arguments* arguments, size_t index) {
  const Pair* pair = &arguments->params->list.pairs[index];
  return JS_IsStrictEqual(context, pair->name, arguments->name) &&
         (JS_IsUndefined(arguments->value) ||
          JS_IsStrictEqual(context, pair->value, arguments->value));
}

static JSValue params_append(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc, argv, 2, "URLSearchParams.append", &arguments)) {
    return JS_EXCEPTION;
  }
  if (wws_pairs_append(context, &arguments.params->list, arguments.name, arguments.value)) {
    return JS_EXCEPTION;
  }
  return update(context, arguments.params);
}

static JSValue params_delete(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc, argv, 1, "URLSearchParams.delete", &arguments)) {
    return JS_EXCEPTION;
  }
  Params* params = arguments.params;
  for (size_t i = params->list.count; i-- > 0;) {
    if (matches(context, &arguments, i)) {
      wws_pairs_remove(context, &params->list, i);
    }
  }
  free_arguments(context, &arguments);
  return update(context, params);
}

static JSValue params_get(JSContext* context, JSValueConst this_value, int argc,
                          JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc > 1 ? 1 : argc, argv, 1, "URLSearchParams.get",
                     &arguments)) {
    return JS_EXCEPTION;
  }
  JSValue result = JS_NULL;
  for (size_t i = 0; i < arguments.params->list.count; i++) {
    if (matches(context, &arguments, i)) {
      result = JS_DupValue(context, arguments.params->list.pairs[i].value);
      break;
    }
  }
  free_arguments(context, &arguments);
  return result;
}

static JSValue params_get_all(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc > 1 ? 1 : argc, argv, 1, "URLSearchParams.getAll",
                     &arguments)) {
    return JS_EXCEPTION;
  }
  JSValue list = JS_NewArray(context);
  uint32_t used = 0;
  for (size_t i = 0; !JS_IsException(list) && i < arguments.params->list.count; i++) {
    if (matches(context, &arguments, i)) {
      JS_DefinePropertyValueUint32(context, list, used++,
                                   JS_DupValue(context, arguments.params->list.pairs[i].value),
                                   JS_PROP_C_W_E);
    }
  }
  free_arguments(context, &arguments);
  return list;
}

static JSValue params_has(JSContext* context, JSValueConst this_value, int argc,
                          JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc, argv, 1, "URLSearchParams.has", &arguments)) {
    return JS_EXCEPTION;
  }
  bool found = false;
  for (size_t i = 0; !found && i < arguments.params->list.count; i++) {
    found = matches(context, &arguments, i);
  }
  free_arguments(context, &arguments);
  return JS_NewBool(context, found);
}

static JSValue params_set(JSContext* context, JSValueConst this_value, int argc,
                          JSValueConst* argv) {
  Arguments arguments;
  if (read_arguments(context, this_value, argc, argv, 2, "URLSearchParams.set", &arguments)) {
    return JS_EXCEPTION;
  }
  Params* params = arguments.params;
  bool placed = false;
  for (size_t i = 0; i < params->list.count;) {
    if (!JS_IsStrictEqual(context, params->list.pairs[i].name, arguments.name)) {
      i++;
    } else if (!placed) {
      JS_FreeValue(context, params->list.pairs[i].value);
      params->list.pairs[i++].value = JS_DupValue(context, arguments.value);
      placed = true;
    } else {
      wws_pairs_remove(context, &params->list, i);
    }
  }
  if (placed) {
    free_arguments(context, &arguments);
  } else if (wws_pairs_append(context, &params->list, arguments.name, arguments.value)) {
    return JS_EXCEPTION;
  }
  return update(context, params);
}

static JSValue params_sort(JSContext* context, JSValueConst this_value, int argc,
                           JSValueConst* argv) {
  (void)argc, (void)argv;
  Params* params = wws_unwrap(context, this_value, params_class);
  if (!params || wws_pairs_sort(context, &params->list)) {
    return JS_EXCEPTION;
  }
  return update(context, params);
}

static JSValue params_text(JSContext* context, const Params* params) {
  PairText bytes;
  if (wws_pairs_serialize(context, &params->list, &bytes)) {
    return JS_EXCEPTION;
  }
  JSValue text = JS_NewStringLen(context, bytes.data ? bytes.data : "", bytes.size);
  js_free(context, bytes.data);
  return text;
}

static JSValue params_to_string(JSContext* context, JSValueConst this_value, int argc,
                                JSValueConst* argv) {
  (void)argc, (void)argv;
  Params* params = wws_unwrap(context, this_value, params_class);
  return params ? params_text(context, params) : JS_EXCEPTION;
}

int wws_url_search_params_text(JSContext* context, JSValueConst value, JSValue* text) {
  Params* params = JS_GetOpaque(value, params_class);
  if (!params) {
    return 0;
  }
  *text = params_text(context, params);
  return 1;
}

static JSValue params_size(JSContext* context, JSValueConst this_value) {
  Params* params = wws_unwrap(context, this_value, params_class);
  return params ? JS_NewUint32(context, (uint32_t)params->list.count) : JS_EXCEPTION;
}

static JSValue params_for_each(JSContext* context, JSValueConst this_value, int argc,
                               JSValueConst* argv) {
  Params* params = wws_unwrap(context, this_value, params_class);
  if (!params || wws_require_arguments(context, argc, 1, "URLSearchParams.forEach")) {
    return JS_EXCEPTION;
  }
  if (!JS_IsFunction(context, argv[0])) {
    return JS_ThrowTypeError(context, "URLSearchParams.forEach: the callback is not a function");
  }
  for (size_t i = 0; i < params->list.count; i++) {
    JSValue arguments[] = {JS_DupValue(context, params->list.pairs[i].value),
                           JS_DupValue(context, params->list.pairs[i].name),
                           JS_DupValue(context, this_value)};
    JSValue result = JS_Call(context, argv[0], argc > 1 ? argv[1] : JS_UNDEFINED, 3, arguments);
    for (int j = 0; j < 3; j++) {
      JS_FreeValue(context, arguments[j]);
    }
    if (JS_IsException(result)) {
      return result;
    }
    JS_FreeValue(context, result);
  }
  return JS_UNDEFINED;
}

/* ---- its iterators ---- */

static void finalize_cursor(JSRuntime* runtime, JSValueConst value) {
  Cursor* cursor = JS_GetOpaque(value, cursor_class);
  if (cursor) {
    JS_FreeValueRT(runtime, cursor->params);
    js_free_rt(runtime, cursor);
  }
}

static void mark_cursor(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* mark) {
  Cursor* cursor = JS_GetOpaque(value, cursor_class);
  if (cursor) {
    JS_MarkValue(runtime, cursor->params, mark);
  }
}

static JSValue params_iterate(JSContext* context, JSValueConst this_value, int argc,
                              JSValueConst* argv, int what) {
  (void)argc, (void)argv;
  if (!wws_unwrap(context, this_value, params_class)) {
    return JS_EXCEPTION;
  }
  JSValue object = JS_NewObjectClass(context, (int)cursor_class);
  Cursor* cursor = JS_IsException(object) ? NULL : js_mallocz(context, sizeof(*cursor));
  if (!cursor) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  cursor->params = JS_DupValue(context, this_value);
  cursor->what = what;
  JS_SetOpaque(object, cursor);
  return object;
}

static JSValue iterator_result(JSContext* context, JSValue value, bool done) {
  JSValue result = JS_NewObject(context);
  if (JS_IsException(result) || JS_IsException(value)) {
    JS_FreeValue(context, value);
    JS_FreeValue(context, result);
    return JS_EXCEPTION;
  }
  JS_DefinePropertyValueStr(context, result, "value", value, JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, result, "done", JS_NewBool(context, done), JS_PROP_C_W_E);
  return result;
}

static JSValue cursor_next(JSContext* context, JSValueConst this_value, int argc,
                           JSValueConst* argv) {
  (void)argc, (void)argv;
  Cursor* cursor = wws_unwrap(context, this_value, cursor_class);
  if (!cursor) {
    return JS_EXCEPTION;
  }
  Params* params = JS_GetOpaque(cursor->params, params_class);
  if (cursor->next >= params->list.count) {
    return iterator_result(context, JS_UNDEFINED, true);
  }
  const Pair* pair = &params->list.pairs[cursor->next++];
  if (cursor->what == WHAT_KEYS) {
    return iterator_result(context, JS_DupValue(context, pair->name), false);
  }
  if (cursor->what == WHAT_VALUES) {
    return iterator_result(context, JS_DupValue(context, pair->value), false);
  }
  JSValue entry = JS_NewArray(context);
  if (!JS_IsException(entry)) {
    JS_DefinePropertyValueUint32(context, entry, 0, JS_DupValue(context, pair->name),
                                 JS_PROP_C_W_E);
    JS_DefinePropertyValueUint32(context, entry, 1, JS_DupValue(context, pair->value),
                                 JS_PROP_C_W_E);
  }
  return iterator_result(context, entry, false);
}

static const JSCFunctionListEntry params_members[] = {
    WWS_METHOD("append", 2, params_append),
    WWS_METHOD("delete", 1, params_delete),
    WWS_METHOD("get", 1, params_get),
    WWS_METHOD("getAll", 1, params_get_all),
    WWS_METHOD("has", 1, params_has),
    WWS_METHOD("set", 2, params_set),
    WWS_METHOD("sort", 0, params_sort),
    WWS_METHOD("toString", 0, params_to_string),
    WWS_METHOD("forEach", 1, params_for_each),
    WWS_METHOD_MAGIC("entries", 0, params_iterate, WHAT_ENTRIES),
    WWS_METHOD_MAGIC("keys", 0, params_iterate, WHAT_KEYS),
    WWS_METHOD_MAGIC("values", 0, params_iterate, WHAT_VALUES),
    JS_ALIAS_DEF("[Symbol.iterator]", "entries"),
    WWS_ATTRIBUTE("size", params_size, NULL),
    WWS_TAG("URLSearchParams"),
};

static const JSCFunctionListEntry cursor_members[] = {
    WWS_METHOD("next", 0, cursor_next),
    WWS_TAG("URLSearchParams Iterator"),
};

int wws_install_search_params(JSContext* context) {
  const WwsClass params = {.name = "URLSearchParams",
                           .finalizer = finalize_params,
                           .constructor = construct_params,
                           .members = params_members,
                           .member_count = WWS_COUNT(params_members)};
  const WwsClass cursor = {.name = "URLSearchParams Iterator",
                           .finalizer = finalize_cursor,
                           .mark = mark_cursor,
                           .members = cursor_members,
                           .member_count = WWS_COUNT(cursor_members)};
  if (wws_define_class(context, &params_class, &params)) {
    return -1;
  }
  return wws_define_iterator_class(context, &cursor_class, &cursor);
}
