/* https://fetch.spec.whatwg.org/#request-class */
#include <string.h>

#include "../url/url.h"
#include "fetch.h"

static const char* const modes[] = {"cors", "no-cors", "same-origin", "navigate", NULL};
static const char* const credentials[] = {"same-origin", "include", "omit", NULL};
static const char* const caches[] = {"default",     "no-store",       "reload", "no-cache",
                                     "force-cache", "only-if-cached", NULL};
static const char* const redirects[] = {"follow", "error", "manual", NULL};
static const char* const policies[] = {"",
                                       "no-referrer",
                                       "no-referrer-when-downgrade",
                                       "same-origin",
                                       "origin",
                                       "strict-origin",
                                       "origin-when-cross-origin",
                                       "strict-origin-when-cross-origin",
                                       "unsafe-url",
                                       NULL};

wws_fetch_request* wws_request_new(JSContext* context) {
  wws_fetch_request* request = js_mallocz(context, sizeof *request);
  if (!request) return NULL;
  request->method = request->url = request->headers_object = request->params = request->signal =
      request->referrer = request->integrity = request->blob = JS_UNDEFINED;
  wws_body_init(&request->body);
  return request;
}

void wws_request_free(JSRuntime* runtime, wws_fetch_request* request) {
  if (!request) return;
  JS_FreeValuesRT(runtime, request->method, request->url, request->headers_object, request->params,
                  request->signal, request->referrer, request->integrity, request->blob);
  wws_body_free(runtime, &request->body);
  wws_headers_free(runtime, request->headers);
  wws_blob_free(runtime, request->message);
  js_free_rt(runtime, request);
}

wws_fetch_request* wws_request_of(JSContext* context, JSValueConst value) {
  return JS_GetOpaque(value, wws_fetch_of(context)->request_class);
}

static void finalize(JSRuntime* runtime, JSValueConst value) {
  JSClassID class_id;
  wws_request_free(runtime, JS_GetAnyOpaque(value, &class_id));
}

static void mark(JSRuntime* runtime, JSValueConst value, JS_MarkFunc* function) {
  JSClassID class_id;
  wws_fetch_request* request = JS_GetAnyOpaque(value, &class_id);
  if (!request) return;
  JS_MarkValue(runtime, request->headers_object, function);
  JS_MarkValue(runtime, request->params, function);
  JS_MarkValue(runtime, request->signal, function);
  JS_MarkValue(runtime, request->blob, function);
  wws_body_mark(runtime, &request->body, function);
}

static const JSClassDef request_class = {
    .class_name = "Request", .finalizer = finalize, .gc_mark = mark};

JSValue wws_request_object(JSContext* context, wws_fetch_request* request) {
  JSValue object = JS_NewObjectClass(context, (int)wws_fetch_of(context)->request_class);
  if (JS_IsException(object)) {
    wws_request_free(JS_GetRuntime(context), request);
  } else {
    JS_SetOpaque(object, request);
  }
  return object;
}

/* ---- what is read from the message when it is wanted */

JSValueConst wws_request_url(JSContext* context, wws_fetch_request* request) {
  if (JS_IsUndefined(request->url) && request->message) {
    request->url = JS_NewStringLen(context, (const char*)request->message->at + request->url_at,
                                   request->url_size);
  }
  return request->url;
}

JSValueConst wws_request_method(JSContext* context, wws_fetch_request* request) {
  if (JS_IsUndefined(request->method) && request->message) {
    request->method = JS_NewStringLen(
        context, (const char*)request->message->at + request->method_at, request->method_size);
  }
  return request->method;
}

static wws_reader reader_at(const wws_fetch_request* request, uint32_t at) {
  const wws_blob* message = request->message;
  return wws_read_message(message->at + at, message->size - at);
}

static int read_headers(JSContext* context, wws_fetch_request* request) {
  wws_reader reader = reader_at(request, request->headers_at);
  for (uint32_t i = 0; i < request->header_count; ++i) {
    wws_span name = wws_read_str(&reader);
    wws_span value = wws_read_str(&reader);
    if (wws_headers_append(context, request->headers, name, value) < 0) return -1;
  }
  request->headers->immutable = true;
  return 0;
}

wws_headers* wws_request_headers(JSContext* context, wws_fetch_request* request) {
  if (request->headers) return request->headers;
  request->headers = wws_headers_new(context);
  if (request->headers && request->message && read_headers(context, request) < 0) {
    wws_headers_free(JS_GetRuntime(context), request->headers);
    request->headers = NULL;
  }
  return request->headers;
}

static JSValue read_params(JSContext* context, const wws_fetch_request* request) {
  JSValue object = JS_NewObject(context);
  if (!request->message) return object;
  wws_reader reader = reader_at(request, request->params_at);
  for (uint32_t i = 0; i < request->param_count && !JS_IsException(object); ++i) {
    wws_span name = wws_read_str(&reader);
    wws_span value = wws_read_str(&reader);
    JSAtom atom = JS_NewAtomLen(context, (const char*)name.at, name.size);
    JSValue text = JS_NewStringLen(context, (const char*)value.at, value.size);
    if (JS_DefinePropertyValue(context, object, atom, text, JS_PROP_C_W_E) < 0) {
      JS_FreeValue(context, object);
      object = JS_EXCEPTION;
    }
    JS_FreeAtom(context, atom);
  }
  return object;
}

uint32_t wws_request_redirect_flags(const wws_fetch_request* request) {
  static const uint32_t flags[] = {WWS_FETCH_REDIRECT_FOLLOW, WWS_FETCH_REDIRECT_ERROR,
                                   WWS_FETCH_REDIRECT_MANUAL};
  return flags[request->redirect];
}

/* ---- building: https://fetch.spec.whatwg.org/#dom-request */

JSValue wws_parse_url(JSContext* context, JSValueConst text) {
  return wws_url_parse(context, text, JS_UNDEFINED, 1);
}

JSValue wws_parse_url_from(JSContext* context, JSValueConst text, JSValueConst base) {
  return wws_url_parse(context, text, base, 1);
}

/* init[name], or undefined where there is no init. */
static JSValue member(JSContext* context, JSValueConst init, JSAtom name) {
  return JS_IsObject(init) ? JS_GetProperty(context, init, name) : JS_UNDEFINED;
}

static int choose(JSContext* context, JSValueConst init, JSAtom name, const char* const* choices,
                  uint8_t* chosen) {
  JSValue value = member(context, init, name);
  if (JS_IsUndefined(value)) return 0;
  const char* text = JS_IsException(value) ? NULL : JS_ToCString(context, value);
  JS_FreeValue(context, value);
  if (!text) return -1;
  uint8_t i = 0;
  while (choices[i] && strcmp(choices[i], text) != 0) ++i;
  if (choices[i]) {
    *chosen = i;
  } else {
    const char* what = JS_AtomToCString(context, name);
    JS_ThrowTypeError(context, "Request: \"%.60s\" is no %s", text, what ? what : "choice");
    JS_FreeCString(context, what);
  }
  JS_FreeCString(context, text);
  return choices[i] ? 0 : -1;
}

static bool same_ignoring_case(wws_span text, const char* upper) {
  size_t size = strlen(upper);
  if (text.size != size) return false;
  for (size_t i = 0; i < size; ++i) {
    uint8_t c = text.at[i];
    if ((c >= 'a' && c <= 'z' ? c - 32 : c) != upper[i]) return false;
  }
  return true;
}

/* https://fetch.spec.whatwg.org/#concept-method-normalize */
static JSValue normalize_method(JSContext* context, JSValueConst value) {
  static const char* const known[] = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"};
  static const char* const forbidden[] = {"CONNECT", "TRACE", "TRACK"};
  JSValue text = JS_ToString(context, value);
  if (JS_IsException(text)) return text;
  wws_span span = {NULL, 0};
  span.at = wws_string_latin1(context, text, &span.size);
  if (!span.at || !wws_is_token(span)) {
    JS_FreeValue(context, text);
    return JS_ThrowTypeError(context, "Request: the method is not a token");
  }
  for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; ++i) {
    if (!same_ignoring_case(span, forbidden[i])) continue;
    JS_FreeValue(context, text);
    return JS_ThrowTypeError(context, "Request: the method %s is not allowed", forbidden[i]);
  }
  for (size_t i = 0; i < sizeof known / sizeof *known; ++i) {
    if (!same_ignoring_case(span, known[i])) continue;
    JS_FreeValue(context, text);
    return JS_NewString(context, known[i]);
  }
  return text;
}

static bool has_body_method(JSContext* context, JSValueConst method) {
  size_t size;
  const uint8_t* at = wws_string_latin1(context, method, &size);
  wws_span span = {at, size};
  return !(at && (same_ignoring_case(span, "GET") || same_ignoring_case(span, "HEAD")));
}

/* https://url.spec.whatwg.org/#concept-url-blob-entry */
static int take_blob(JSContext* context, wws_fetch_request* request) {
  JSValue blob = wws_fetch_internal(context, "resolveObjectUrl", 1, &request->url);
  if (JS_IsException(blob)) return -1;
  request->blob = blob;
  return 0;
}

static int take_url(JSContext* context, wws_fetch_request* request, JSValueConst input) {
  request->url = wws_parse_url(context, input);
  if (JS_IsException(request->url)) {
    request->url = JS_UNDEFINED;
    return -1;
  }
  request->method = JS_NewString(context, "GET");
  size_t size;
  const uint8_t* at = wws_string_latin1(context, request->url, &size);
  if (at && size > 5 && memcmp(at, "blob:", 5) == 0) return take_blob(context, request);
  const uint8_t* host = at ? memchr(at, ':', size) : NULL;
  const uint8_t* end = at ? at + size : NULL;
  if (host && end - host > 3 && host[1] == '/' && host[2] == '/') {
    for (host += 3; host < end && *host != '/' && *host != '?' && *host != '#'; ++host) {
      if (*host != '@') continue;
      JS_ThrowTypeError(context, "Request: the URL has a user name or password in it");
      return -1;
    }
  }
  return 0;
}

static int copy_request(JSContext* context, wws_fetch_request* to, wws_fetch_request* from) {
  to->url = JS_DupValue(context, wws_request_url(context, from));
  to->method = JS_DupValue(context, wws_request_method(context, from));
  to->signal = JS_DupValue(context, from->signal);
  to->referrer = JS_DupValue(context, from->referrer);
  to->integrity = JS_DupValue(context, from->integrity);
  to->blob = JS_DupValue(context, from->blob);
  to->mode = from->mode;
  to->credentials = from->credentials;
  to->cache = from->cache;
  to->redirect = from->redirect;
  to->referrer_policy = from->referrer_policy;
  to->keepalive = from->keepalive;
  return JS_IsException(to->url) || JS_IsException(to->method) ? -1 : 0;
}

static int take_signal(JSContext* context, wws_fetch_request* request, JSValueConst init) {
  JSValue signal = member(context, init, wws_fetch_of(context)->atoms.signal);
  if (JS_IsUndefined(signal)) return 0;
  if (JS_IsException(signal)) return -1;
  JS_FreeValue(context, request->signal);
  request->signal = JS_UNDEFINED;
  if (JS_IsNull(signal)) return 0;
  JSValue known = wws_fetch_internal(context, "isSignal", 1, &signal);
  int is_signal = JS_IsException(known) ? -1 : JS_ToBool(context, known);
  JS_FreeValue(context, known);
  if (is_signal > 0) {
    request->signal = signal;
    return 0;
  }
  JS_FreeValue(context, signal);
  if (is_signal == 0) JS_ThrowTypeError(context, "Request: signal is not an AbortSignal");
  return -1;
}

static int take_choices(JSContext* context, wws_fetch_request* request, JSValueConst init) {
  const wws_fetch_state* state = wws_fetch_of(context);
  if (choose(context, init, state->atoms.mode, modes, &request->mode) < 0 ||
      choose(context, init, state->atoms.credentials, credentials, &request->credentials) < 0 ||
      choose(context, init, state->atoms.cache, caches, &request->cache) < 0 ||
      choose(context, init, state->atoms.redirect, redirects, &request->redirect) < 0 ||
      choose(context, init, state->atoms.referrerPolicy, policies, &request->referrer_policy) < 0) {
    return -1;
  }
  if (request->mode == 3) {
    JS_ThrowTypeError(context, "Request: the mode \"navigate\" is for browsers");
    return -1;
  }
  JSValue integrity = member(context, init, state->atoms.integrity);
  if (!JS_IsUndefined(integrity)) {
    JSValue text = JS_ToString(context, integrity);
    JS_FreeValue(context, integrity);
    if (JS_IsException(text)) return -1;
    JS_FreeValue(context, request->integrity);
    request->integrity = text;
  }
  JSValue keepalive = member(context, init, state->atoms.keepalive);
  if (JS_IsException(keepalive)) return -1;
  if (!JS_IsUndefined(keepalive)) request->keepalive = (uint8_t)JS_ToBool(context, keepalive);
  JS_FreeValue(context, keepalive);
  return 0;
}

static int take_method(JSContext* context, wws_fetch_request* request, JSValueConst init) {
  JSValue method = member(context, init, wws_fetch_of(context)->atoms.method);
  if (JS_IsUndefined(method)) return 0;
  if (JS_IsException(method)) return -1;
  JSValue normal = normalize_method(context, method);
  JS_FreeValue(context, method);
  if (JS_IsException(normal)) return -1;
  JS_FreeValue(context, request->method);
  request->method = normal;
  return 0;
}

static int take_headers(JSContext* context, wws_fetch_request* request, JSValueConst init,
                        wws_fetch_request* from) {
  JSValue headers = member(context, init, wws_fetch_of(context)->atoms.headers);
  if (JS_IsException(headers)) return -1;
  if (!JS_IsUndefined(headers)) {
    request->headers = wws_headers_new(context);
    int result = request->headers ? wws_headers_fill(context, request->headers, headers) : -1;
    JS_FreeValue(context, headers);
    return result;
  }
  if (!from) return 0;
  wws_headers* theirs = wws_request_headers(context, from);
  request->headers = theirs ? wws_headers_copy(context, theirs) : NULL;
  return request->headers ? 0 : -1;
}

/* The content type that goes with a body, where the worker did not name one. */
static int add_type(JSContext* context, wws_fetch_request* request, wws_body_type type) {
  if (type == WWS_TYPE_OTHER) {
    return wws_body_add_type(context, &request->body, wws_request_headers(context, request));
  }
  const char* text = wws_body_type_text(type);
  if (!text) return 0;
  wws_headers* headers = wws_request_headers(context, request);
  if (!headers) return -1;
  if (wws_headers_has(headers, "content-type")) return 0;
  return wws_headers_append(context, headers, wws_span_of("content-type"), wws_span_of(text));
}

static int take_body(JSContext* context, wws_fetch_request* request, JSValueConst init,
                     wws_fetch_request* from) {
  JSValue body = member(context, init, wws_fetch_of(context)->atoms.body);
  if (JS_IsException(body)) return -1;
  bool given = !JS_IsUndefined(body) && !JS_IsNull(body);
  bool inherited = !given && from && from->body.kind != WWS_BODY_IS_NULL;
  int result = 0;
  if ((given || inherited) && !has_body_method(context, request->method)) {
    JS_ThrowTypeError(context, "Request: GET and HEAD have no body");
    result = -1;
  } else if (given) {
    wws_body_type type;
    result = wws_body_extract(context, &request->body, body, &type);
    if (result == 0) result = add_type(context, request, type);
  } else if (inherited) {
    int unusable = wws_body_unusable(context, &from->body);
    if (unusable > 0) JS_ThrowTypeError(context, "Request: the body was used already");
    result = unusable ? -1 : wws_body_move(context, &request->body, &from->body);
  }
  JS_FreeValue(context, body);
  return result;
}

int wws_request_build(JSContext* context, wws_fetch_request* request, JSValueConst input,
                      JSValueConst init) {
  if (!JS_IsUndefined(init) && !JS_IsNull(init) && !JS_IsObject(init)) {
    JS_ThrowTypeError(context, "Request: init is not an object");
    return -1;
  }
  wws_fetch_request* from = wws_request_of(context, input);
  int result = from ? copy_request(context, request, from) : take_url(context, request, input);
  if (result < 0 || take_choices(context, request, init) < 0 ||
      take_method(context, request, init) < 0 || take_signal(context, request, init) < 0 ||
      take_headers(context, request, init, from) < 0) {
    return -1;
  }
  return take_body(context, request, init, from);
}

static JSValue construct(JSContext* context, JSValueConst new_target, int count,
                         JSValueConst* values) {
  const wws_fetch_state* state = wws_fetch_of(context);
  if (count < 1) return JS_ThrowTypeError(context, "Request needs a URL or a Request");
  JSValue object =
      wws_fetch_construct(context, new_target, state->request_constructor, state->request_class);
  if (JS_IsException(object)) return object;
  wws_fetch_request* request = wws_request_new(context);
  if (request) JS_SetOpaque(object, request);
  JSValueConst init = count > 1 ? values[1] : JS_UNDEFINED;
  if (!request || wws_request_build(context, request, values[0], init) < 0) {
    JS_FreeValue(context, object);
    return JS_EXCEPTION;
  }
  return object;
}

/* ---- attributes */

static wws_fetch_request* self_of(JSContext* context, JSValueConst self) {
  return JS_GetOpaque2(context, self, wws_fetch_of(context)->request_class);
}

static JSValue get_method(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  return request ? JS_DupValue(context, wws_request_method(context, request)) : JS_EXCEPTION;
}

static JSValue get_url(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  return request ? JS_DupValue(context, wws_request_url(context, request)) : JS_EXCEPTION;
}

static JSValue get_headers(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  if (JS_IsUndefined(request->headers_object)) {
    wws_headers* headers = wws_request_headers(context, request);
    JSValue object = headers ? wws_headers_object(context, headers) : JS_EXCEPTION;
    if (JS_IsException(object)) return object;
    request->headers_object = object;
  }
  return JS_DupValue(context, request->headers_object);
}

static JSValue get_params(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  if (JS_IsUndefined(request->params)) {
    JSValue params = read_params(context, request);
    if (JS_IsException(params)) return params;
    request->params = params;
  }
  return JS_DupValue(context, request->params);
}

/* Routers set it to what they found: it then is the object's own.
 * https://webidl.spec.whatwg.org/#Replaceable */
static JSValue set_params(JSContext* context, JSValueConst self, JSValueConst value) {
  if (!self_of(context, self)) return JS_EXCEPTION;
  int result = JS_DefinePropertyValueStr(context, self, "params", JS_DupValue(context, value),
                                         JS_PROP_C_W_E | JS_PROP_THROW);
  return result < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

static JSValue get_signal(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  if (JS_IsUndefined(request->signal)) {
    JSValue signal = wws_fetch_internal(context, "newSignal", 0, NULL);
    if (JS_IsException(signal)) return signal;
    request->signal = signal;
    if (request->message) wws_dispatch_watch_client(context, request);
  }
  return JS_DupValue(context, request->signal);
}

static JSValue get_integrity(JSContext* context, JSValueConst self) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  if (JS_IsUndefined(request->integrity)) return JS_NewString(context, "");
  return JS_DupValue(context, request->integrity);
}

static JSValue get_choice(JSContext* context, JSValueConst self, int which) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  switch (which) {
    case 0: return JS_NewString(context, modes[request->mode]);
    case 1: return JS_NewString(context, credentials[request->credentials]);
    case 2: return JS_NewString(context, caches[request->cache]);
    case 3: return JS_NewString(context, redirects[request->redirect]);
    case 4: return JS_NewString(context, policies[request->referrer_policy]);
    case 5: return JS_NewString(context, "about:client");
    case 6: return JS_NewString(context, "half");
    case 7: return JS_NewBool(context, request->keepalive);
    case 8: return JS_FALSE;
    default: return JS_NewString(context, "");
  }
}

static wws_fetch_request* clone_request(JSContext* context, wws_fetch_request* from) {
  wws_fetch_request* to = wws_request_new(context);
  if (!to) return NULL;
  wws_headers* headers = wws_request_headers(context, from);
  to->headers = headers ? wws_headers_copy(context, headers) : NULL;
  if (to->headers) to->headers->immutable = headers->immutable;
  if (!to->headers || copy_request(context, to, from) < 0 ||
      wws_body_clone(context, &to->body, &from->body) < 0) {
    wws_request_free(JS_GetRuntime(context), to);
    return NULL;
  }
  to->body.incoming = from->body.incoming;
  to->params = read_params(context, from);
  return to;
}

static JSValue request_clone(JSContext* context, JSValueConst self, int count,
                             JSValueConst* values) {
  wws_fetch_request* request = self_of(context, self);
  if (!request) return JS_EXCEPTION;
  int unusable = wws_body_unusable(context, &request->body);
  if (unusable > 0) JS_ThrowTypeError(context, "Request.clone: the body was used already");
  if (unusable) return JS_EXCEPTION;
  JS_FreeValue(context, get_signal(context, self));
  wws_fetch_request* copy = clone_request(context, request);
  return copy ? wws_request_object(context, copy) : JS_EXCEPTION;
}

#define ATTRIBUTE(name, getter) \
  JS_CGETSET_DEF2(name, getter, NULL, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE)
#define CHOICE(name, which) \
  JS_CGETSET_MAGIC_DEF2(name, get_choice, NULL, which, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE)

static const JSCFunctionListEntry functions[] = {
    ATTRIBUTE("method", get_method),
    ATTRIBUTE("url", get_url),
    ATTRIBUTE("headers", get_headers),
    CHOICE("destination", 9),
    CHOICE("referrer", 5),
    CHOICE("referrerPolicy", 4),
    CHOICE("mode", 0),
    CHOICE("credentials", 1),
    CHOICE("cache", 2),
    CHOICE("redirect", 3),
    ATTRIBUTE("integrity", get_integrity),
    CHOICE("keepalive", 7),
    CHOICE("isReloadNavigation", 8),
    CHOICE("isHistoryNavigation", 8),
    ATTRIBUTE("signal", get_signal),
    CHOICE("duplex", 6),
    JS_CGETSET_DEF2("params", get_params, set_params, JS_PROP_CONFIGURABLE | JS_PROP_ENUMERABLE),
    JS_CFUNC_DEF2("clone", 0, request_clone, JS_PROP_C_W_E),
    JS_PROP_STRING_DEF("[Symbol.toStringTag]", "Request", JS_PROP_CONFIGURABLE),
};

int wws_request_class_init(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  JSRuntime* runtime = JS_GetRuntime(context);
  JS_NewClassID(runtime, &state->request_class);
  if (JS_NewClass(runtime, state->request_class, &request_class) < 0) return -1;
  state->request_constructor =
      wws_fetch_define_class(context, state->request_class, "Request", construct, 1, functions,
                             sizeof functions / sizeof *functions, NULL, 0);
  if (JS_IsException(state->request_constructor)) return -1;
  JSValue prototype = JS_GetClassProto(context, state->request_class);
  int result = wws_body_define(context, prototype);
  JS_FreeValue(context, prototype);
  return result;
}
