#include "url.h"

#include "../common/common.h"
#include "search_params.h"

/* Longer addresses are refused: nothing good needs them, and each copy costs. */
enum { kMaxUrlSize = 4 * 1024 * 1024 };

typedef struct Url {
  UrlRecord* record;
  JSValue params; /* undefined until searchParams is read */
} Url;

static JSClassID url_class;

static void finalize_url(JSRuntime* runtime, JSValueConst value) {
  Url* url = JS_GetOpaque(value, url_class);
  if (url) {
    JS_FreeValueRT(runtime, url->params);
    wws_url_record_release(runtime, url->record);
    js_free_rt(runtime, url);
  }
}

static void mark_url(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* mark) {
  Url* url = JS_GetOpaque(value, url_class);
  if (url) {
    JS_MarkValue(runtime, url->params, mark);
  }
}

/* NULL when it is no URL (*failed 0) or with an exception pending (*failed 1). */
static ada_url parse(JSContext* context, JSValueConst input, JSValueConst base, int* failed) {
  WwsText text;
  WwsText base_text = {0};
  *failed = 1;
  if (wws_text_from(context, input, &text)) {
    return NULL;
  }
  ada_url url = NULL;
  if (!JS_IsUndefined(base) && wws_text_from(context, base, &base_text)) {
    goto done;
  }
  *failed = 0;
  if (text.size > kMaxUrlSize || base_text.size > kMaxUrlSize) {
    goto done;
  }
  url = JS_IsUndefined(base)
            ? ada_parse(text.data, text.size)
            : ada_parse_with_base(text.data, text.size, base_text.data, base_text.size);
  if (!ada_is_valid(url)) {
    ada_free(url);
    url = NULL;
  }
done:
  wws_text_free(context, &text);
  wws_text_free(context, &base_text);
  return url;
}

static JSValue throw_invalid(JSContext* context, JSValueConst input) {
  const char* text = JS_ToCString(context, input);
  if (!text) {
    return JS_EXCEPTION;
  }
  JS_ThrowTypeError(context, "Invalid URL: '%.120s'", text);
  JS_FreeCString(context, text);
  return JS_EXCEPTION;
}

/* Takes the parsed URL. */
static JSValue wrap(JSContext* context, JSValueConst new_target, ada_url parsed) {
  JSValue object = JS_IsUndefined(new_target) ? JS_NewObjectClass(context, (int)url_class)
                                              : wws_construct(context, new_target, url_class);
  Url* url = NULL;
  if (!JS_IsException(object)) {
    url = js_mallocz(context, sizeof(*url));
  }
  UrlRecord* record = url ? js_mallocz(context, sizeof(*record)) : NULL;
  if (!record) {
    js_free(context, url);
    ada_free(parsed);
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  record->url = parsed;
  record->references = 1;
  url->record = record;
  url->params = JS_UNDEFINED;
  JS_SetOpaque(object, url);
  return object;
}

static JSValue construct_url(JSContext* context, JSValueConst new_target, int argc,
                             JSValueConst* argv) {
  int failed = 0;
  if (wws_require_arguments(context, argc, 1, "URL constructor")) {
    return JS_EXCEPTION;
  }
  ada_url parsed = parse(context, argv[0], argc > 1 ? argv[1] : JS_UNDEFINED, &failed);
  if (!parsed) {
    return failed ? JS_EXCEPTION : throw_invalid(context, argv[0]);
  }
  return wrap(context, new_target, parsed);
}

static JSValue url_static_parse(JSContext* context, JSValueConst this_value, int argc,
                                JSValueConst* argv) {
  (void)this_value;
  int failed = 0;
  if (wws_require_arguments(context, argc, 1, "URL.parse")) {
    return JS_EXCEPTION;
  }
  ada_url parsed = parse(context, argv[0], argc > 1 ? argv[1] : JS_UNDEFINED, &failed);
  if (!parsed) {
    return failed ? JS_EXCEPTION : JS_NULL;
  }
  return wrap(context, JS_UNDEFINED, parsed);
}

static JSValue url_static_can_parse(JSContext* context, JSValueConst this_value, int argc,
                                    JSValueConst* argv) {
  (void)this_value;
  int failed = 0;
  if (wws_require_arguments(context, argc, 1, "URL.canParse")) {
    return JS_EXCEPTION;
  }
  ada_url parsed = parse(context, argv[0], argc > 1 ? argv[1] : JS_UNDEFINED, &failed);
  if (parsed) {
    ada_free(parsed);
    return JS_TRUE;
  }
  return failed ? JS_EXCEPTION : JS_FALSE;
}

JSValue wws_url_parse(JSContext* context, JSValueConst input, JSValueConst base, int fragment) {
  int failed = 0;
  ada_url parsed = parse(context, input, base, &failed);
  if (!parsed) {
    return failed ? JS_EXCEPTION : throw_invalid(context, input);
  }
  if (!fragment) {
    ada_clear_hash(parsed);
  }
  ada_string href = ada_get_href(parsed);
  JSValue result = JS_NewStringLen(context, href.data, href.length);
  ada_free(parsed);
  return result;
}

enum {
  PART_HREF,
  PART_PROTOCOL,
  PART_USERNAME,
  PART_PASSWORD,
  PART_HOST,
  PART_HOSTNAME,
  PART_PORT,
  PART_PATHNAME,
  PART_SEARCH,
  PART_HASH,
};

static ada_string (*const kGetters[])(ada_url) = {
    [PART_HREF] = ada_get_href,         [PART_PROTOCOL] = ada_get_protocol,
    [PART_USERNAME] = ada_get_username, [PART_PASSWORD] = ada_get_password,
    [PART_HOST] = ada_get_host,         [PART_HOSTNAME] = ada_get_hostname,
    [PART_PORT] = ada_get_port,         [PART_PATHNAME] = ada_get_pathname,
    [PART_SEARCH] = ada_get_search,     [PART_HASH] = ada_get_hash,
};

static JSValue url_get_part(JSContext* context, JSValueConst this_value, int part) {
  Url* url = wws_unwrap(context, this_value, url_class);
  if (!url) {
    return JS_EXCEPTION;
  }
  ada_string text = kGetters[part](url->record->url);
  return JS_NewStringLen(context, text.data, text.length);
}

static bool assign(ada_url url, int part, const char* data, size_t size) {
  switch (part) {
    case PART_HREF: return ada_set_href(url, data, size);
    case PART_PROTOCOL: return ada_set_protocol(url, data, size), true;
    case PART_USERNAME: return ada_set_username(url, data, size), true;
    case PART_PASSWORD: return ada_set_password(url, data, size), true;
    case PART_HOST: return ada_set_host(url, data, size), true;
    case PART_HOSTNAME: return ada_set_hostname(url, data, size), true;
    case PART_PORT: return ada_set_port(url, data, size), true;
    case PART_PATHNAME: return ada_set_pathname(url, data, size), true;
    case PART_SEARCH: return ada_set_search(url, data, size), true;
    default: return ada_set_hash(url, data, size), true;
  }
}

static JSValue url_set_part(JSContext* context, JSValueConst this_value, JSValueConst value,
                            int part) {
  Url* url = wws_unwrap(context, this_value, url_class);
  WwsText text;
  if (!url || wws_text_from(context, value, &text)) {
    return JS_EXCEPTION;
  }
  bool valid = text.size <= kMaxUrlSize && assign(url->record->url, part, text.data, text.size);
  wws_text_free(context, &text);
  if (!valid && part == PART_HREF) {
    return throw_invalid(context, value);
  }
  bool query_changed = part == PART_HREF || part == PART_SEARCH;
  if (query_changed && !JS_IsUndefined(url->params) &&
      wws_search_params_refresh(context, url->params)) {
    return JS_EXCEPTION;
  }
  return JS_UNDEFINED;
}

static JSValue url_get_origin(JSContext* context, JSValueConst this_value) {
  Url* url = wws_unwrap(context, this_value, url_class);
  if (!url) {
    return JS_EXCEPTION;
  }
  ada_owned_string origin = ada_get_origin(url->record->url);
  JSValue result = JS_NewStringLen(context, origin.data, origin.length);
  ada_free_owned_string(origin);
  return result;
}

static JSValue url_get_search_params(JSContext* context, JSValueConst this_value) {
  Url* url = wws_unwrap(context, this_value, url_class);
  if (!url) {
    return JS_EXCEPTION;
  }
  if (JS_IsUndefined(url->params)) {
    JSValue params = wws_search_params_for(context, url->record);
    if (JS_IsException(params)) {
      return params;
    }
    url->params = params;
  }
  return JS_DupValue(context, url->params);
}

static JSValue url_to_string(JSContext* context, JSValueConst this_value, int argc,
                             JSValueConst* argv) {
  (void)argc, (void)argv;
  return url_get_part(context, this_value, PART_HREF);
}

#define PART(name, part) WWS_ATTRIBUTE_MAGIC(name, url_get_part, url_set_part, part)
static const JSCFunctionListEntry url_members[] = {
    PART("href", PART_HREF),
    WWS_ATTRIBUTE("origin", url_get_origin, NULL),
    PART("protocol", PART_PROTOCOL),
    PART("username", PART_USERNAME),
    PART("password", PART_PASSWORD),
    PART("host", PART_HOST),
    PART("hostname", PART_HOSTNAME),
    PART("port", PART_PORT),
    PART("pathname", PART_PATHNAME),
    PART("search", PART_SEARCH),
    WWS_ATTRIBUTE("searchParams", url_get_search_params, NULL),
    PART("hash", PART_HASH),
    WWS_METHOD("toString", 0, url_to_string),
    WWS_METHOD("toJSON", 0, url_to_string),
    WWS_TAG("URL"),
};
#undef PART

static const JSCFunctionListEntry url_statics[] = {
    WWS_METHOD("parse", 1, url_static_parse),
    WWS_METHOD("canParse", 1, url_static_can_parse),
};

int wws_builtin_url(JSContext* context) {
  const WwsClass url = {.name = "URL",
                        .finalizer = finalize_url,
                        .mark = mark_url,
                        .constructor = construct_url,
                        .length = 1,
                        .members = url_members,
                        .member_count = WWS_COUNT(url_members),
                        .statics = url_statics,
                        .static_count = WWS_COUNT(url_statics)};
  if (wws_define_class(context, &url_class, &url)) {
    return -1;
  }
  return wws_install_search_params(context);
}
