// https://nodejs.org/api/async_context.html
//
// A context is a map of the values of all stores, never changed once it is current. The engine keeps
// the current one and carries it with every promise reaction, timer and microtask.
import runtime from "wws:node";

const { context, enter } = runtime;
const within = (entered, call, self, args) => {
  const before = enter(entered);
  try {
    return Reflect.apply(call, self, args);
  } finally {
    enter(before);
  }
};
const changed = (storage, change) => {
  const next = new Map(context());
  change(next, storage);
  return next;
};

export class AsyncLocalStorage {
  #default;
  constructor({ defaultValue } = {}) {
    this.#default = defaultValue;
  }
  static bind(call) {
    const entered = context();
    return function (...args) {
      return within(entered, call, this, args);
    };
  }
  static snapshot() {
    const entered = context();
    return (call, ...args) => within(entered, call, undefined, args);
  }
  getStore() {
    const stores = context();
    return stores?.has(this) ? stores.get(this) : this.#default;
  }
  run(store, call, ...args) {
    return within(changed(this, (stores) => stores.set(this, store)), call, undefined, args);
  }
  exit(call, ...args) {
    return within(changed(this, (stores) => stores.delete(this)), call, undefined, args);
  }
  enterWith(store) {
    enter(changed(this, (stores) => stores.set(this, store)));
  }
  disable() {
    enter(changed(this, (stores) => stores.delete(this)));
  }
}

let last = 1;

export class AsyncResource {
  #entered = context();
  #id = ++last;
  constructor(type) {
    if (typeof type !== "string") throw new TypeError("AsyncResource: the type must be a string");
    this.type = type;
  }
  static bind(call, type, self) {
    return new AsyncResource(type ?? call.name ?? "bound").bind(call, self);
  }
  bind(call, self) {
    const resource = this;
    return function (...args) {
      return resource.runInAsyncScope(call, self ?? this, ...args);
    };
  }
  runInAsyncScope(call, self, ...args) {
    return within(this.#entered, call, self, args);
  }
  asyncId() {
    return this.#id;
  }
  triggerAsyncId() {
    return 1;
  }
  emitDestroy() {
    return this;
  }
}

// Nobody is told of what begins and ends: there is no event loop of the worker's own.
export const createHook = () => {
  const hook = { enable: () => hook, disable: () => hook };
  return hook;
};
export const executionAsyncId = () => 1;
export const triggerAsyncId = () => 0;
export const executionAsyncResource = () => ({});

export default {
  AsyncLocalStorage,
  AsyncResource,
  createHook,
  executionAsyncId,
  triggerAsyncId,
  executionAsyncResource,
};
