// WebSocketPair, WebSocket and CloseEvent. The two ends of a pair are each other's peers, until a
// Response gives one to the client: then its peer speaks with the client, through the host.
// https://websockets.spec.whatwg.org/, https://developers.cloudflare.com/workers/runtime-apis/websockets/
(function (internals) {
  "use strict";

  const { Event, EventTarget, defineInterface, defineEventHandler, requireArguments, fireEvent, toUSVString } =
    internals;
  const { socketSend, socketClose, socketBuffered, socketBegan } = internals;

  const secret = Symbol("secret");
  const OPEN = 1, CLOSING = 2, CLOSED = 3;
  const NO_STATUS = 1005, ABNORMAL = 1006, MOST_REASON = 123;

  class CloseEvent extends Event {
    #wasClean; #code; #reason;
    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, "CloseEvent");
      super(type, options);
      const { wasClean = false, code = 0, reason = "" } = options ?? {};
      this.#wasClean = !!wasClean;
      this.#code = code & 0xffff;
      this.#reason = toUSVString(reason);
    }
    get wasClean() { return this.#wasClean; }
    get code() { return this.#code; }
    get reason() { return this.#reason; }
  }
  Object.defineProperty(CloseEvent, "length", { value: 1, configurable: true });

  // RFC 6455 section 7.4; the codes of a frame.
  const isCode = (code) =>
    code >= 3000 && code <= 4999 || code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);

  const toMessage = (data) => {
    if (typeof data === "string") return toUSVString(data);
    if (internals.isBuffer(data)) return internals.copyBytes(data);
    if (data instanceof internals.use("blob").Blob) {
      throw new TypeError("WebSocket.send: a Blob is not sent; send await blob.arrayBuffer()");
    }
    return toUSVString(data);
  };

  let client = null; // the end that the client has, and the one that speaks with it
  let facing = null;
  let isSocket, couple, flush, arrive, receive;

  class WebSocket extends EventTarget {
    #peer = null;
    #given = false; // to the client
    #accepted = false;
    #sentClose = false;
    #gotClose = false;
    #backlog = []; // what came before it could be told
    #scheduled = false;
    #binaryType = "arraybuffer";

    constructor(token) {
      if (token !== secret) {
        throw new TypeError("WebSocket: a worker opens no WebSockets; it answers a client's with " +
          "new WebSocketPair() and new Response(null, { status: 101, webSocket })");
      }
      super();
    }

    get readyState() {
      if (this.#sentClose && this.#gotClose) return CLOSED;
      return this.#sentClose || this.#gotClose ? CLOSING : OPEN;
    }
    get url() { return this.#peer && ""; }
    get protocol() { return this.#peer && ""; }
    get extensions() { return this.#peer && ""; }
    get bufferedAmount() { return this.#peer.#given ? socketBuffered() : 0; }
    get binaryType() { return this.#binaryType; }
    set binaryType(value) {
      if (value === "blob" || value === "arraybuffer") this.#binaryType = value;
    }

    accept() {
      if (this.#given) throw new TypeError("WebSocket.accept: this end was given to the client in a Response");
      this.#accepted = true;
      this.#schedule();
    }

    send(data) {
      requireArguments(arguments.length, 1, "WebSocket.send");
      this.#requireAccepted("send");
      const peer = this.#peer;
      if (this.#sentClose && !this.#gotClose) throw new TypeError("WebSocket.send: close() was called before");
      if (this.#gotClose) return;
      if (peer.#given && (typeof data === "string" || internals.isBuffer(data))) socketSend(data);
      else if (peer.#given) socketSend(toMessage(data));
      else arrive(peer, { data: toMessage(data) });
    }

    close(code = undefined, reason = undefined) {
      if (code !== undefined) {
        code = Number(code);
        if (!isCode(code)) throw new TypeError(`WebSocket.close: ${code} is no code to close with; use 1000 or 3000 to 4999`);
      }
      reason = reason === undefined ? "" : toUSVString(reason);
      if (reason !== "" && code === undefined) throw new TypeError("WebSocket.close: a reason needs a code");
      if (internals.utf8Length(reason) > MOST_REASON) {
        throw new DOMException(`WebSocket.close: the reason is longer than ${MOST_REASON} bytes`, "SyntaxError");
      }
      this.#requireAccepted("close");
      if (this.#sentClose) return;
      this.#sentClose = true;
      if (this.#peer.#given) socketClose(code ?? 0, reason);
      else arrive(this.#peer, { close: { code: code ?? NO_STATUS, reason, wasClean: true } });
    }

    #requireAccepted(what) {
      if (this.#given) throw new TypeError(`WebSocket.${what}: this end was given to the client in a Response`);
      if (!this.#accepted) throw new TypeError(`WebSocket.${what}: call accept() first`);
    }

    // A task for each, in order.
    #schedule() {
      if (!this.#accepted || this.#scheduled || this.#backlog.length === 0) return;
      this.#scheduled = true;
      internals.startTimer(() => {
        this.#scheduled = false;
        const item = this.#backlog.shift();
        this.#schedule();
        receive(this, item);
      }, 0);
    }

    static {
      isSocket = (value) => typeof value === "object" && value !== null && #peer in value;
      internals.brands.push(isSocket);

      couple = (socket) => {
        if (facing !== null || socket.#given) {
          throw new TypeError("Response: the WebSocket was given to the client already");
        }
        if (socket.#accepted) {
          throw new TypeError("Response: the WebSocket was accepted; the client gets the other end of the pair");
        }
        socket.#given = true;
        client = socket;
        facing = socket.#peer;
        socketBegan();
      };
      // What was sent before the client had its end.
      flush = () => {
        for (const { data, close } of client.#backlog.splice(0)) {
          if (close === undefined) socketSend(data);
          else socketClose(close.code === NO_STATUS ? 0 : close.code, close.reason);
        }
      };

      // `now`: this is a task already.
      arrive = (socket, item, now = false) => {
        if (now && socket.#accepted && socket.#backlog.length === 0) {
          receive(socket, item);
          return;
        }
        socket.#backlog.push(item);
        socket.#schedule();
      };

      receive = (socket, { data, close }) => {
        if (close === undefined) {
          if (socket.#sentClose || socket.#gotClose) return;
          if (typeof data !== "string") {
            data = data instanceof ArrayBuffer ? data : data.buffer;
            if (socket.#binaryType === "blob") data = new (internals.use("blob").Blob)([data]);
          }
          fireEvent(socket, new MessageEvent("message", { data }));
          return;
        }
        if (socket.#gotClose) return;
        const answers = !socket.#sentClose && !socket.#peer.#given;
        socket.#gotClose = socket.#sentClose = true;
        if (answers) arrive(socket.#peer, { close });
        if (close.failure) {
          const error = new Error(close.failure);
          fireEvent(socket, new ErrorEvent("error", { message: close.failure, error }));
        }
        fireEvent(socket, new CloseEvent("close", close));
      };

      internals.entangleSockets = (a, b) => {
        a.#peer = b;
        b.#peer = a;
      };
    }
  }
  const { entangleSockets } = internals;
  delete internals.entangleSockets;
  Object.defineProperty(WebSocket, "length", { value: 1, configurable: true });
  for (const object of [WebSocket, WebSocket.prototype]) {
    ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].forEach((name, value) =>
      Object.defineProperty(object, name, { value, enumerable: true }));
  }
  for (const type of ["open", "message", "error", "close"]) defineEventHandler(WebSocket, type);

  class WebSocketPair {
    constructor() {
      this[0] = new WebSocket(secret);
      this[1] = new WebSocket(secret);
      entangleSockets(this[0], this[1]);
    }
    *[Symbol.iterator]() {
      yield this[0];
      yield this[1];
    }
  }

  defineInterface(CloseEvent, { global: false });
  defineInterface(WebSocket, { global: false });
  defineInterface(WebSocketPair, { global: false });
  return {
    CloseEvent, WebSocket, WebSocketPair, isSocket, couple, flush,
    message: (data) => arrive(facing, { data }, true),
    closed: (code, wasClean, failure, reason) =>
      arrive(facing, { close: { code: wasClean ? code : ABNORMAL, wasClean, failure, reason } }, true),
  };
})
