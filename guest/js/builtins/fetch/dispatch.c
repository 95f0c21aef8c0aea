/* A request of the host, from its message to its answer. */
#include <string.h>

#include "fetch.h"

static void clear(JSContext* context, wws_fetch_state* state) {
  JSRuntime* runtime = JS_GetRuntime(context);
  if (state->waits_for_client) wws_operation_ended(context);
  wws_request_free(runtime, state->request);
  JS_FreeValues(context, state->request_object, state->answer, state->handler_result,
                state->client_signal);
  state->request = NULL;
  state->request_object = state->answer = state->handler_result = state->client_signal =
      JS_UNDEFINED;
  state->answer_given = state->answer_adopted = state->answered = state->waits_for_client = false;
}

/* Nothing more can be sent for this request. */
static void end(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  wws_engine_of(context)->responded = true;
  state->answered = true;
  if (state->waits_for_client) wws_operation_ended(context);
  state->waits_for_client = false;
}

static void fail_exception(JSContext* context, int kind) {
  wws_report_exception(context, kind);
  end(context);
}

static void fail_text(JSContext* context, const char* text) {
  wws_report_text(context, WWS_FAULT_RESPONSE, text);
  end(context);
}

/* ---- the message */

static int parse(wws_fetch_request* request, wws_blob* message) {
  wws_reader reader = wws_read_message(message->at, message->size);
  uint32_t flags = wws_read_u32(&reader);
  wws_span method = wws_read_str(&reader);
  wws_span url = wws_read_str(&reader);
  request->method_at = (uint32_t)(method.at - message->at);
  request->method_size = (uint32_t)method.size;
  request->url_at = (uint32_t)(url.at - message->at);
  request->url_size = (uint32_t)url.size;
  request->header_count = wws_read_u32(&reader);
  request->headers_at = (uint32_t)(wws_skip_pairs(&reader, request->header_count).at - message->at);
  request->param_count = wws_read_u32(&reader);
  request->params_at = (uint32_t)(wws_skip_pairs(&reader, request->param_count).at - message->at);
  if (flags & WWS_REQUEST_BODY_INLINE) {
    wws_span body = wws_read_str(&reader);
    request->body.kind = WWS_BODY_IS_BYTES;
    request->body.blob = wws_blob_dup(message);
    request->body.at = (size_t)(body.at - message->at);
    request->body.size = body.size;
  } else if (flags & WWS_REQUEST_BODY_STREAM) {
    request->body.kind = WWS_BODY_IS_HOST;
    request->body.host = WWS_STREAM_REQUEST;
  }
  request->body.incoming = true;
  return reader.bad ? -1 : 0;
}

static int begin(JSContext* context, const void* at, size_t size) {
  wws_fetch_state* state = wws_fetch_of(context);
  clear(context, state);
  wws_blob* message = js_malloc(context, sizeof *message);
  if (!message) {
    wws_release_message(JS_GetRuntime(context), at);
    return -1;
  }
  *message = (wws_blob){1, (uint8_t*)at, size};
  state->request = wws_request_new(context);
  if (!state->request) {
    wws_blob_free(JS_GetRuntime(context), message);
    return -1;
  }
  state->request->message = message;
  if (parse(state->request, message) == 0) return 0;
  JS_ThrowInternalError(context, "request: the message is cut short");
  return -1;
}

void wws_dispatch_detach(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  wws_blob* message = state->message;
  state->message = NULL;
  if (!message) return;
  if (message->references > 1 && wws_is_mailbox(message->at)) {
    uint8_t* copy = js_malloc(context, message->size ? message->size : 1);
    if (copy) {
      memcpy(copy, message->at, message->size);
      message->at = copy;
    } else {
      /* Out of memory: what still refers to the message must not see the next one. */
      JS_FreeValue(context, JS_GetException(context));
      wws_report_text(context, WWS_FAULT_HANDLER, "out of memory");
      end(context);
    }
  }
  wws_blob_free(JS_GetRuntime(context), message);
}

JSValue wws_current_request(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (JS_IsUndefined(state->request_object) && state->request) {
    JSValue object = wws_request_object(context, state->request);
    state->request = NULL;
    if (JS_IsException(object)) return object;
    state->request_object = object;
  }
  return JS_DupValue(context, state->request_object);
}

wws_fetch_request* wws_current_request_struct(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  return state->request ? state->request : wws_request_of(context, state->request_object);
}

/* ---- the client */

void wws_dispatch_watch_client(JSContext* context, wws_fetch_request* request) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (state->answered || request != wws_current_request_struct(context)) return;
  JS_FreeValue(context, state->client_signal);
  state->client_signal = JS_DupValue(context, request->signal);
  if (!state->waits_for_client) wws_operation_began(context);
  state->waits_for_client = true;
}

static int on_gone(JSContext* context, uint32_t id, wws_reader* rest) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (state->waits_for_client) wws_operation_ended(context);
  state->waits_for_client = false;
  /* Before the signal aborts: what a worker then makes of its stream is nobody's failure. */
  wws_pump_stop(context, WWS_STREAM_RESPONSE, JS_UNDEFINED);
  JSValue signal = state->client_signal;
  state->client_signal = JS_UNDEFINED;
  if (JS_IsUndefined(signal)) return 0;
  JSValue result = wws_fetch_internal(context, "abortSignal", 1, &signal);
  JS_FreeValue(context, signal);
  if (JS_IsException(result)) return -1;
  JS_FreeValue(context, result);
  return 0;
}

/* ---- the handler */

int wws_dispatch_answer(JSContext* context, JSValueConst answer) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (state->answer_given) {
    JS_ThrowDOMException(context, "InvalidStateError", "respondWith was called already");
    return -1;
  }
  state->answer_given = true;
  state->answer = JS_DupValue(context, answer);
  return 0;
}

static JSValue call_listener(JSContext* context, wws_engine* engine) {
  JSValue event = wws_fetch_event(context);
  if (JS_IsException(event)) return event;
  JSValue result;
  if (JS_IsFunction(context, engine->listener)) {
    JSValue global = JS_GetGlobalObject(context);
    result = JS_Call(context, engine->listener, global, 1, &event);
    JS_FreeValue(context, global);
  } else {
    JSAtom method = wws_fetch_of(context)->atoms.handleEvent;
    result = JS_Invoke(context, engine->listener, method, 1, &event);
  }
  JS_FreeValue(context, event);
  return result;
}

static JSValue call_default_export(JSContext* context, wws_engine* engine) {
  JSValue arguments[3] = {wws_current_request(context), engine->env,
                          wws_execution_context(context)};
  JSValue result = JS_EXCEPTION;
  JSValue function =
      JS_GetProperty(context, engine->default_export, wws_fetch_of(context)->atoms.fetch);
  if (!JS_IsException(arguments[0]) && !JS_IsException(arguments[2]) && !JS_IsException(function)) {
    bool method = JS_IsFunction(context, function);
    result = JS_Call(context, method ? function : engine->default_export,
                     method ? engine->default_export : JS_UNDEFINED, 3, arguments);
  }
  JS_FreeValues(context, function, arguments[0], arguments[2]);
  return result;
}

static int run_listener(JSContext* context, wws_engine* engine) {
  wws_fetch_state* state = wws_fetch_of(context);
  JSValue result = call_listener(context, engine);
  if (JS_IsException(result)) return -1;
  if (JS_IsPromise(result)) {
    JS_PromiseMarkAsHandled(context, result);
    state->handler_result = result;
  } else {
    JS_FreeValue(context, result);
  }
  return 0;
}

static int run_handler(JSContext* context) {
  wws_engine* engine = wws_engine_of(context);
  if (!JS_IsUndefined(engine->default_export)) {
    JSValue answer = call_default_export(context, engine);
    if (JS_IsException(answer)) return -1;
    int result = wws_dispatch_answer(context, answer);
    JS_FreeValue(context, answer);
    return result;
  }
  if (!JS_IsUndefined(engine->listener)) return run_listener(context, engine);
  fail_text(context,
            "the worker has no handler: call addEventListener(\"fetch\", ...) or export default an "
            "object with fetch(request), or a function");
  return 0;
}

/* What is no promise of ours (a thenable) becomes one; a Response is taken as it is. */
static int adopt_answer(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (!state->answer_given || !JS_IsObject(state->answer) || state->answer_adopted ||
      wws_response_of(context, state->answer)) {
    return 0;
  }
  JSValue promise = JS_NewSettledPromise(context, false, state->answer);
  if (JS_IsException(promise)) return -1;
  JS_PromiseMarkAsHandled(context, promise);
  JS_FreeValue(context, state->answer);
  state->answer = promise;
  state->answer_adopted = true;
  return 0;
}

int wws_dispatch_request(JSContext* context, const void* at, size_t size) {
  wws_fetch_state* state = wws_fetch_of(context);
  int result = begin(context, at, size);
  if (state->request && state->request->message) {
    state->message = wws_blob_dup(state->request->message);
  }
  if (result == 0) result = run_handler(context);
  if (result < 0) {
    /* Thrown after respondWith: there is an answer, which counts. */
    wws_report_exception(context, state->answer_given ? WWS_FAULT_REJECTION : WWS_FAULT_HANDLER);
    if (!state->answer_given) end(context);
  }
  if (!state->answered && adopt_answer(context) < 0) fail_exception(context, WWS_FAULT_HANDLER);
  return 0;
}

/* ---- the answer */

static void send(JSContext* context, JSValueConst value) {
  wws_fetch_response* response = wws_response_of(context, value);
  if (!response) {
    fail_text(context,
              JS_IsUndefined(value)
                  ? "the handler gave no Response: it returned undefined"
                  : "the handler's answer is not a Response: wrap it in new Response(...)");
    return;
  }
  wws_fetch_state* state = wws_fetch_of(context);
  state->answered = true;
  if (wws_response_send(context, response) < 0) {
    fail_exception(context, WWS_FAULT_RESPONSE);
  } else if (!wws_pump_active(context, WWS_STREAM_RESPONSE)) {
    end(context);
  }
}

static int settle_answer(JSContext* context, wws_fetch_state* state) {
  if (!JS_IsPromise(state->answer)) {
    send(context, state->answer);
    return 1;
  }
  JSPromiseStateEnum promise = JS_PromiseState(context, state->answer);
  if (promise == JS_PROMISE_PENDING) return 0;
  JSValue result = JS_PromiseResult(context, state->answer);
  if (promise == JS_PROMISE_FULFILLED) {
    send(context, result);
  } else {
    wws_report_value(context, WWS_FAULT_HANDLER, result);
    end(context);
  }
  JS_FreeValue(context, result);
  return 1;
}

/* The promise of an async listener that has not answered yet. */
static int settle_listener(JSContext* context, wws_fetch_state* state) {
  if (JS_IsUndefined(state->handler_result)) return 0;
  if (JS_PromiseState(context, state->handler_result) != JS_PROMISE_REJECTED) return 0;
  JSValue reason = JS_PromiseResult(context, state->handler_result);
  wws_report_value(context, WWS_FAULT_HANDLER, reason);
  JS_FreeValue(context, reason);
  end(context);
  return 1;
}

static int settle(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (wws_engine_of(context)->responded) return 0;
  if (state->answered) {
    if (wws_pump_active(context, WWS_STREAM_RESPONSE)) return 0;
    end(context);
    return 1;
  }
  if (!state->answer_given) return settle_listener(context, state);
  if (adopt_answer(context) < 0) return -1;
  return settle_answer(context, state);
}

void wws_dispatch_stalled(JSContext* context) {
  wws_fetch_state* state = wws_fetch_of(context);
  if (wws_engine_of(context)->responded || !wws_current_request_struct(context)) return;
  if (state->answered) {
    JS_ThrowTypeError(context, "the response's stream waits for something that cannot happen");
    JSValue reason = JS_GetException(context);
    wws_pump_fail(context, WWS_STREAM_RESPONSE, reason);
    JS_FreeValue(context, reason);
    end(context);
  } else if (state->answer_given) {
    fail_text(context, "the handler's promise waits for something that cannot happen");
  } else {
    fail_text(context, "the handler did not call event.respondWith()");
  }
}

int wws_dispatch_init(JSContext* context) {
  wws_on_event(context, WWS_EVENT_GONE, on_gone);
  wws_on_settle(context, settle);
  return 0;
}
