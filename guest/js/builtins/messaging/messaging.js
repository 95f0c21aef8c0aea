// MessageChannel, MessagePort and BroadcastChannel, within one request. https://html.spec.whatwg.org/#message-channels
(function (internals) {
  "use strict";

  const { EventTarget, defineInterface, defineEventHandler, requireArguments, fireEvent } = internals;
  const { sequence, isObject } = internals.use("webidl");

  const secret = Symbol("secret");
  let entangle, isPort, send, hasShipped, ship;

  class MessagePort extends EventTarget {
    #peer = null;
    #queue = [];
    #enabled = false;
    #closed = false;
    #shipped = false;

    constructor(token) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      super();
    }

    postMessage(message, options = undefined) {
      requireArguments(arguments.length, 1, "MessagePort.postMessage");
      const transfer = transferOf(options, "MessagePort.postMessage");
      if (transfer.includes(this)) throw new DOMException("A port cannot be sent through itself", "DataCloneError");
      const doomed = this.#peer !== null && transfer.includes(this.#peer);
      const { value, ports } = internals.cloneWithTransfer(message, transfer);
      const peer = this.#peer;
      if (peer !== null && !doomed) send(peer, { data: value, ports });
    }
    start() {
      if (this.#enabled) return;
      this.#enabled = true;
      for (const message of this.#queue.splice(0)) this.#deliver(message);
    }
    close() {
      this.#closed = true;
      const peer = this.#peer;
      if (peer === null) return;
      this.#peer = peer.#peer = null;
      internals.startTimer(() => fireEvent(peer, new Event("close")), 0);
    }

    // A task each, in order.
    #deliver(message) {
      internals.startTimer(() => {
        if (this.#closed || this.#shipped) return;
        fireEvent(this, new MessageEvent("message", message));
      }, 0);
    }

    static {
      isPort = (value) => typeof value === "object" && value !== null && #shipped in value;
      hasShipped = (port) => port.#shipped || port.#closed;
      entangle = (a, b) => {
        a.#peer = b;
        b.#peer = a;
      };
      send = (port, message) => {
        if (port.#enabled) port.#deliver(message);
        else port.#queue.push(message);
      };
      // https://html.spec.whatwg.org/#message-ports:transfer-steps
      ship = (port, to) => {
        port.#shipped = true;
        to.#queue = port.#queue;
        port.#queue = [];
        if (port.#peer !== null) entangle(to, port.#peer);
        port.#peer = null;
      };
    }
  }
  Object.defineProperty(MessagePort, "length", { value: 0, configurable: true });
  defineEventHandler(MessagePort, "message", (port) => port.start());
  defineEventHandler(MessagePort, "messageerror");
  defineEventHandler(MessagePort, "close");
  internals.brands.push(isPort);
  internals.transferable.push({
    is: isPort, isDetached: hasShipped, prepare: () => new MessagePort(secret), transfer: ship,
  });

  const transferOf = (options, what) => {
    if (options === undefined || options === null) return [];
    if (!isObject(options)) throw new TypeError(`${what}: the options must be an object`);
    if (typeof options[Symbol.iterator] === "function") return sequence(options, `${what}: the transfer list`);
    return options.transfer === undefined ? [] : sequence(options.transfer, `${what}: the transfer list`);
  };

  class MessageChannel {
    #port1 = new MessagePort(secret);
    #port2 = new MessagePort(secret);
    constructor() { entangle(this.#port1, this.#port2); }
    get port1() { return this.#port1; }
    get port2() { return this.#port2; }
  }

  // ---- https://html.spec.whatwg.org/#broadcasting-to-other-browsing-contexts ----
  // A request shares nothing with others: a channel's name reaches the other channels of this one.

  const channels = new Set();
  let receive;

  class BroadcastChannel extends EventTarget {
    #name; #closed = false;
    constructor(name) {
      requireArguments(arguments.length, 1, "BroadcastChannel");
      super();
      this.#name = internals.toUSVString(name);
      channels.add(this);
    }
    get name() { return this.#name; }
    postMessage(message) {
      requireArguments(arguments.length, 1, "BroadcastChannel.postMessage");
      if (this.#closed) throw new DOMException("The channel is closed", "InvalidStateError");
      const { value } = internals.cloneWithTransfer(message);
      for (const channel of channels) {
        if (channel !== this && channel.#name === this.#name) receive(channel, value);
      }
    }
    close() {
      this.#closed = true;
      channels.delete(this);
    }
    static {
      receive = (channel, value) => {
        const data = internals.structuredClone(value);
        internals.startTimer(() => {
          if (!channel.#closed) fireEvent(channel, new MessageEvent("message", { data, origin: "null" }));
        }, 0);
      };
    }
  }
  defineEventHandler(BroadcastChannel, "message");
  defineEventHandler(BroadcastChannel, "messageerror");
  defineInterface(BroadcastChannel, { global: false });
  defineInterface(MessagePort, { global: false });
  defineInterface(MessageChannel, { global: false });
  internals.isPort = isPort;
  return { BroadcastChannel, MessageChannel, MessagePort };
})
