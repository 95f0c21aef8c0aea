/* WebSockets of clients: https://websockets.spec.whatwg.org/, and WebSocketPair, accept() and
 * Response's `webSocket` as Cloudflare has them.
 *
 * internals: socketSend(data) a string or BufferSource to the client; socketClose(code, reason),
 * code 0 for none; socketBuffered(); socketBegan(), the host owns the client's end from here on. */
#ifndef WWS_GUEST_JS_BUILTINS_WEBSOCKET_WEBSOCKET_H
#define WWS_GUEST_JS_BUILTINS_WEBSOCKET_WEBSOCKET_H

#include <stdbool.h>

#include "quickjs.h"

int wws_builtin_websocket(JSContext* context);

/* Whether `value` is a WebSocket; -1 after an exception. */
int wws_is_websocket(JSContext* context, JSValueConst value);
/* The client gets this end of its pair: before the response is given to the host, which may refuse
 * (-1 and an exception), and after. */
int wws_websocket_couple(JSContext* context, JSValueConst socket);
int wws_websocket_flush(JSContext* context);

#endif
