// Event, EventTarget and the kinds of events a worker can meet. There is no tree: the path of an
// event is its target. https://dom.spec.whatwg.org/#events
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments } = internals;
  const { apply, defineProperty } = Reflect;
  const now = internals.performanceNow;

  const optional = (value, what) => {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" && typeof value !== "function") {
      throw new TypeError(`${what}: the options must be an object`);
    }
    return value;
  };

  let slots; // what EventTarget may do with an Event
  // [LegacyUnforgeable]: https://webidl.spec.whatwg.org/#LegacyUnforgeable
  const trusted = {
    get: Reflect.getOwnPropertyDescriptor({ get isTrusted() { return slots.isTrusted(this); } }, "isTrusted").get,
    enumerable: true,
  };

  class Event {
    #type; #target = null; #currentTarget = null; #phase = 0;
    #bubbles; #cancelable; #composed;
    #canceled = false; #stop = false; #stopImmediate = false; #dispatching = false; #passive = false;
    #initialized = true; #trusted = false;
    #time = now();

    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, new.target.name);
      this.#type = `${type}`;
      const init = optional(options, new.target.name);
      this.#bubbles = !!init.bubbles;
      this.#cancelable = !!init.cancelable;
      this.#composed = !!init.composed;
      defineProperty(this, "isTrusted", trusted);
    }

    get type() { return this.#type; }
    get target() { return this.#target; }
    get srcElement() { return this.#target; }
    get currentTarget() { return this.#currentTarget; }
    get eventPhase() { return this.#phase; }
    get bubbles() { return this.#bubbles; }
    get cancelable() { return this.#cancelable; }
    get composed() { return this.#composed; }
    get defaultPrevented() { return this.#canceled; }
    get timeStamp() { return this.#time; }
    get returnValue() { return !this.#canceled; }
    set returnValue(value) { if (!value) this.preventDefault(); }
    get cancelBubble() { return this.#stop; }
    set cancelBubble(value) { if (value) this.#stop = true; }

    composedPath() { return this.#currentTarget === null ? [] : [this.#currentTarget]; }
    stopPropagation() { this.#stop = true; }
    stopImmediatePropagation() { this.#stop = true; this.#stopImmediate = true; }
    preventDefault() { if (this.#cancelable && !this.#passive) this.#canceled = true; }
    initEvent(type, bubbles = false, cancelable = false) {
      requireArguments(arguments.length, 1, "Event.initEvent");
      if (this.#dispatching) return;
      this.#type = `${type}`;
      this.#bubbles = !!bubbles;
      this.#cancelable = !!cancelable;
      this.#canceled = this.#stop = this.#stopImmediate = false;
      this.#target = null;
    }

    static {
      slots = {
        is: (event) => typeof event === "object" && event !== null && #type in event,
        busy: (event) => event.#dispatching || !event.#initialized,
        begin(event, target) {
          event.#dispatching = true;
          event.#target = event.#currentTarget = target;
          event.#phase = 2;
        },
        end(event) {
          event.#dispatching = event.#stop = event.#stopImmediate = false;
          event.#currentTarget = null;
          event.#phase = 0;
          return !event.#canceled;
        },
        stopped: (event) => event.#stop,
        stoppedNow: (event) => event.#stopImmediate,
        setPassive(event, passive) { event.#passive = passive; },
        setTrusted(event, trusted) { event.#trusted = trusted; },
        isTrusted(event) {
          if (typeof event !== "object" || event === null || !(#trusted in event)) throw internals.illegal();
          return event.#trusted;
        },
      };
    }
  }
  for (const object of [Event, Event.prototype]) {
    ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"].forEach((name, value) =>
      defineProperty(object, name, { value, enumerable: true }));
  }

  const call = (listener, event, target) => {
    const callback = listener.callback;
    try {
      if (typeof callback === "function") {
        apply(callback, target, [event]);
      } else {
        const handle = callback.handleEvent;
        if (typeof handle !== "function") throw new TypeError("handleEvent is not a function");
        apply(handle, callback, [event]);
      }
    } catch (error) {
      internals.report(error);
    }
  };

  // A target's listeners; the global object, which no class of ours makes, has them in `globalSlot`.
  class Slot {
    listeners = null; // Map: type to listeners, made when the first comes
    has(type) {
      const list = this.listeners?.get(type);
      return list !== undefined && list.length !== 0;
    }
    // A list in use is never changed: whoever dispatches goes on with the one it began with.
    remove(type, listener) {
      listener.removed = true;
      const list = this.listeners?.get(type);
      if (list !== undefined) this.listeners.set(type, list.filter((other) => other !== listener));
    }
    dispatch(event, target) {
      slots.begin(event, target);
      const list = this.listeners?.get(event.type);
      if (list !== undefined && list.length !== 0) this.call(event, target, list);
      return slots.end(event);
    }
    call(event, target, list) {
      const present = list.slice();
      for (const capture of [true, false]) {
        if (slots.stopped(event)) break;
        for (const listener of present) {
          if (listener.capture !== capture || listener.removed) continue;
          if (slots.stoppedNow(event)) break;
          if (listener.once) this.remove(event.type, listener);
          if (listener.passive) slots.setPassive(event, true);
          call(listener, event, target);
          slots.setPassive(event, false);
        }
      }
    }
  }
  const globalSlot = new Slot();
  let slotOf;

  class EventTarget {
    #slot = new Slot();

    addEventListener(type, callback, options = undefined) {
      const slot = slotOf(this);
      requireArguments(arguments.length, 2, "EventTarget.addEventListener");
      type = `${type}`;
      let capture = false, once = false, passive = false, signal;
      if (typeof options === "object" && options !== null || typeof options === "function") {
        capture = !!options.capture;
        once = !!options.once;
        passive = !!options.passive;
        signal = options.signal;
        if (signal !== undefined && !internals.isSignal(signal)) {
          throw new TypeError("EventTarget.addEventListener: signal is not an AbortSignal");
        }
      } else {
        capture = !!options;
      }
      if (callback !== null && callback !== undefined &&
          typeof callback !== "object" && typeof callback !== "function") {
        throw new TypeError("EventTarget.addEventListener: the listener is not an object");
      }
      if (signal !== undefined && signal.aborted) return;
      const known = slot.listeners ??= new Map();
      if (callback === null || callback === undefined) return;
      let list = known.get(type);
      if (list === undefined) known.set(type, list = []);
      for (const other of list) {
        if (other.callback === callback && other.capture === capture) return;
      }
      const listener = { callback, capture, once, passive, removed: false };
      list.push(listener);
      if (signal !== undefined) internals.onAbort(signal, () => slot.remove(type, listener));
    }

    removeEventListener(type, callback, options = undefined) {
      const slot = slotOf(this);
      requireArguments(arguments.length, 2, "EventTarget.removeEventListener");
      type = `${type}`;
      if (callback !== null && callback !== undefined &&
          typeof callback !== "object" && typeof callback !== "function") {
        throw new TypeError("EventTarget.removeEventListener: the listener is not an object");
      }
      const capture = typeof options === "object" && options !== null ? !!options.capture : !!options;
      const list = slot.listeners?.get(type);
      if (list === undefined) return;
      for (const listener of list) {
        if (listener.callback === callback && listener.capture === capture) {
          slot.remove(type, listener);
          return;
        }
      }
    }

    dispatchEvent(event) {
      const slot = slotOf(this);
      requireArguments(arguments.length, 1, "EventTarget.dispatchEvent");
      if (!slots.is(event)) throw new TypeError("EventTarget.dispatchEvent: not an Event");
      if (slots.busy(event)) {
        throw new DOMException("The event is already being dispatched", "InvalidStateError");
      }
      slots.setTrusted(event, false);
      return slot.dispatch(event, this ?? globalThis);
    }

    static {
      internals.brands.push((value) => #slot in value);
      slotOf = (target) => {
        if (target === undefined || target === null || target === globalThis) return globalSlot;
        if (typeof target !== "object" || !(#slot in target)) throw internals.illegal();
        return target.#slot;
      };
      // https://dom.spec.whatwg.org/#concept-event-fire
      internals.fireEvent = (target, event) => {
        slots.setTrusted(event, true);
        return slotOf(target).dispatch(event, target);
      };
    }
  }
  internals.hasListeners = (type) => globalSlot.has(type);
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
    const method = EventTarget.prototype[name];
    internals[name] = (...rest) => apply(method, globalThis, rest);
  }

  // https://html.spec.whatwg.org/#event-handler-idl-attributes. `onSet` is told of each value that is set.
  internals.defineEventHandler = (constructor, type, onSet = undefined) => {
    const handlers = new WeakMap();
    const name = `on${type}`;
    const invoke = (made, event) => {
      if (typeof made.value !== "function") return;
      const target = event.currentTarget;
      // https://html.spec.whatwg.org/#the-event-handler-processing-algorithm, step 4
      if (target === globalThis && type === "error" && event instanceof ErrorEvent) {
        const { message, filename, lineno, colno, error } = event;
        if (apply(made.value, target, [message, filename, lineno, colno, error]) === true) event.preventDefault();
        return;
      }
      if (apply(made.value, target, [event]) === false) event.preventDefault();
    };
    const accessor = {
      get [name]() {
        const self = this ?? globalThis;
        slotOf(self);
        return handlers.get(self)?.value ?? null;
      },
      set [name](value) {
        const self = this ?? globalThis;
        slotOf(self);
        if (typeof value !== "function" && (typeof value !== "object" || value === null)) value = null;
        const handler = handlers.get(self);
        if (handler !== undefined) {
          handler.value = value;
        } else if (value !== null) {
          const made = { value };
          handlers.set(self, made);
          apply(EventTarget.prototype.addEventListener, self, [type, (event) => invoke(made, event)]);
        }
        onSet?.(self);
      },
    };
    const descriptor = Reflect.getOwnPropertyDescriptor(accessor, name);
    defineProperty(constructor.prototype ?? constructor, name,
      { ...descriptor, enumerable: true, configurable: true });
  };

  class CustomEvent extends Event {
    #detail;
    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, "CustomEvent");
      super(type, options);
      this.#detail = options?.detail ?? null;
    }
    get detail() { return this.#detail; }
    initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
      requireArguments(arguments.length, 1, "CustomEvent.initCustomEvent");
      if (slots.busy(this)) return;
      this.initEvent(type, bubbles, cancelable);
      this.#detail = detail;
    }
  }

  class ErrorEvent extends Event {
    #message; #filename; #lineno; #colno; #error;
    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, "ErrorEvent");
      super(type, options);
      const { message = "", filename = "", lineno = 0, colno = 0, error } = options ?? {};
      this.#message = `${message}`;
      this.#filename = `${filename}`;
      this.#lineno = lineno >>> 0;
      this.#colno = colno >>> 0;
      this.#error = error;
    }
    get message() { return this.#message; }
    get filename() { return this.#filename; }
    get lineno() { return this.#lineno; }
    get colno() { return this.#colno; }
    get error() { return this.#error; }
  }

  class PromiseRejectionEvent extends Event {
    #promise; #reason;
    constructor(type, options) {
      requireArguments(arguments.length, 2, "PromiseRejectionEvent");
      super(type, options);
      if (typeof options?.promise !== "object" || options.promise === null) {
        throw new TypeError("PromiseRejectionEvent: options.promise is required");
      }
      this.#promise = options.promise;
      this.#reason = options.reason;
    }
    get promise() { return this.#promise; }
    get reason() { return this.#reason; }
  }

  class MessageEvent extends Event {
    #data; #origin; #lastEventId; #source; #ports;
    constructor(type, options = undefined) {
      requireArguments(arguments.length, 1, "MessageEvent");
      super(type, options);
      const { data = null, origin = "", lastEventId = "", source = null, ports = [] } = options ?? {};
      this.#data = data;
      this.#origin = internals.toUSVString(origin);
      this.#lastEventId = `${lastEventId}`;
      this.#source = source;
      const list = [...ports];
      for (const port of list) {
        if (!internals.isPort?.(port)) throw new TypeError("MessageEvent: ports must be MessagePorts");
      }
      if (source !== null && !internals.isPort?.(source)) {
        throw new TypeError("MessageEvent: source must be a MessagePort");
      }
      this.#ports = Object.freeze(list);
    }
    get data() { return this.#data; }
    get origin() { return this.#origin; }
    get lastEventId() { return this.#lastEventId; }
    get source() { return this.#source; }
    get ports() { return this.#ports; }
    initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = "", lastEventId = "",
      source = null, ports = []) {
      requireArguments(arguments.length, 1, "MessageEvent.initMessageEvent");
      if (slots.busy(this)) return;
      this.initEvent(type, bubbles, cancelable);
      this.#data = data;
      this.#origin = internals.toUSVString(origin);
      this.#lastEventId = `${lastEventId}`;
      this.#source = source;
      this.#ports = Object.freeze([...ports]);
    }
  }
  Object.defineProperty(MessageEvent.prototype.initMessageEvent, "length", { value: 1, configurable: true });

  for (const constructor of [Event, EventTarget, CustomEvent, ErrorEvent, PromiseRejectionEvent,
    MessageEvent]) {
    defineInterface(constructor);
  }
  internals.Event = Event;
  internals.brands.push(slots.is);
  internals.EventTarget = EventTarget;
})
