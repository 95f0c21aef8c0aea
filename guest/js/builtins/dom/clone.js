// structuredClone. https://html.spec.whatwg.org/#structured-data
//
// Objects are told apart by what they are inside (internals.kind), never by their prototype.
(function (internals) {
  "use strict";

  const { kind, kinds, className, define, detach, defineGlobal, requireArguments } = internals;
  const { apply, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { keys, hasOwn: owns } = Object;
  const plain = Object.prototype;
  const uncurry = (method) => (self, ...rest) => apply(method, self, rest);
  const getter = (prototype, name) => uncurry(getOwnPropertyDescriptor(prototype, name).get);
  const hasOwn = uncurry(Object.prototype.hasOwnProperty);

  const typedArray = Object.getPrototypeOf(Uint8Array).prototype;
  const typedTag = getter(typedArray, Symbol.toStringTag);
  const typedBuffer = getter(typedArray, "buffer");
  const typedOffset = getter(typedArray, "byteOffset");
  const typedLength = getter(typedArray, "length");
  const viewBuffer = getter(DataView.prototype, "buffer");
  const viewOffset = getter(DataView.prototype, "byteOffset");
  const viewLength = getter(DataView.prototype, "byteLength");
  const bufferSlice = uncurry(ArrayBuffer.prototype.slice);
  const bufferDetached = getter(ArrayBuffer.prototype, "detached");
  const bufferLength = getter(ArrayBuffer.prototype, "byteLength");
  const bufferMaximum = getter(ArrayBuffer.prototype, "maxByteLength");
  const bufferResizable = getter(ArrayBuffer.prototype, "resizable");
  const bufferTransfer = uncurry(ArrayBuffer.prototype.transfer);
  const dateValue = uncurry(Date.prototype.getTime);
  const regexpSource = getter(RegExp.prototype, "source");
  const regexpFlags = getter(RegExp.prototype, "flags");
  const mapForEach = uncurry(Map.prototype.forEach);
  const setForEach = uncurry(Set.prototype.forEach);
  const typedArrays = Object.fromEntries(
    ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array",
      "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"]
      .filter((name) => name in globalThis).map((name) => [name, globalThis[name]]));
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const primitives = {
    Boolean: uncurry(Boolean.prototype.valueOf),
    Number: uncurry(Number.prototype.valueOf),
    String: uncurry(String.prototype.valueOf),
    BigInt: uncurry(BigInt.prototype.valueOf),
  };
  const DOMExceptionClass = DOMException;
  const domName = getter(DOMException.prototype, "name");
  const domMessage = getter(DOMException.prototype, "message");

  const refuse = (what) => {
    throw new DOMExceptionClass(`${what} could not be cloned`, "DataCloneError");
  };

  const hide = (target, key, value) =>
    Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });

  // Own data property `message` and `stack` as text, the name among the known ones.
  const cloneError = (error, memory, pending) => {
    if (className(error) === "DOMException") {
      const copy = new DOMExceptionClass(domMessage(error), domName(error));
      memory.set(error, copy);
      const stack = error.stack;
      if (typeof stack === "string") hide(copy, "stack", stack);
      return copy;
    }
    const name = `${error.name}`;
    const made = new (hasOwn(errors, name) ? errors[name] : Error)();
    memory.set(error, made);
    delete made.message;
    const message = getOwnPropertyDescriptor(error, "message");
    if (message !== undefined && "value" in message) hide(made, "message", `${message.value}`);
    const stack = error.stack;
    if (typeof stack === "string") hide(made, "stack", stack);
    const cause = getOwnPropertyDescriptor(error, "cause");
    if (cause !== undefined && "value" in cause) {
      pending.push(() => hide(made, "cause", clone(cause.value, memory, pending)));
    }
    return made;
  };

  const cloneBuffer = (buffer) => {
    if (className(buffer) === "SharedArrayBuffer") refuse("A SharedArrayBuffer");
    if (bufferDetached(buffer)) refuse("A detached ArrayBuffer");
    if (!bufferResizable(buffer)) return bufferSlice(buffer, 0);
    const copy = new ArrayBuffer(bufferLength(buffer), { maxByteLength: bufferMaximum(buffer) });
    new Uint8Array(copy).set(new Uint8Array(buffer));
    return copy;
  };

  // A view that follows the length of a resizable buffer would need to be told apart; its present
  // length is kept.
  const cloneTyped = (array, memory, pending) => {
    const constructor = typedArrays[typedTag(array)];
    const buffer = clone(typedBuffer(array), memory, pending);
    return new constructor(buffer, typedOffset(array), typedLength(array));
  };

  // The classes written in JS make plain objects, but never without a prototype of their own.
  const isPlatform = (value) => {
    const prototype = getPrototypeOf(value);
    return prototype !== plain && prototype !== null && internals.brands.some((is) => is(value));
  };

  const cloneObject = (value, memory, pending) => {
    switch (kind(value)) {
      case kinds.ARRAY: {
        const copy = [];
        copy.length = value.length;
        pending.push(() => cloneProperties(value, copy, memory, pending));
        return copy;
      }
      case kinds.MAP: {
        const copy = new Map();
        const entries = [];
        mapForEach(value, (item, key) => entries.push(key, item));
        pending.push(() => {
          for (let i = 0; i < entries.length; i += 2) {
            copy.set(clone(entries[i], memory, pending), clone(entries[i + 1], memory, pending));
          }
        });
        return copy;
      }
      case kinds.SET: {
        const copy = new Set();
        const entries = [];
        setForEach(value, (item) => entries.push(item));
        pending.push(() => {
          for (const item of entries) copy.add(clone(item, memory, pending));
        });
        return copy;
      }
      case kinds.DATE: return new Date(dateValue(value));
      case kinds.REGEXP: return new RegExp(regexpSource(value), regexpFlags(value));
      case kinds.ERROR: return cloneError(value, memory, pending);
      case kinds.ARRAY_BUFFER: return cloneBuffer(value);
      case kinds.TYPED_ARRAY: return cloneTyped(value, memory, pending);
      case kinds.DATA_VIEW:
        return new DataView(clone(viewBuffer(value), memory, pending), viewOffset(value), viewLength(value));
      case kinds.PRIMITIVE_OBJECT: {
        const name = className(value);
        if (!hasOwn(primitives, name)) refuse(`A ${name} object`);
        return Object(primitives[name](value));
      }
      case kinds.OTHER: {
        for (const { is, clone } of internals.serializable) if (is(value)) return clone(value);
        if (isPlatform(value)) refuse(`A ${value.constructor?.name} object`);
        const copy = {};
        pending.push(() => cloneProperties(value, copy, memory, pending));
        return copy;
      }
      case kinds.FUNCTION: return refuse(`Function ${value.name || "(anonymous)"}`);
      default: return refuse(`A ${className(value)} object`);
    }
  };

  const cloneProperties = (from, to, memory, pending) => {
    const names = keys(from);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      // A getter before it may have deleted it.
      if (owns(from, name)) define(to, name, clone(from[name], memory, pending));
    }
  };

  // What is inside an object is cloned later, from a list: depth costs no stack.
  const clone = (value, memory, pending) => {
    if (typeof value === "symbol") refuse("A symbol");
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
    const known = memory.get(value);
    if (known !== undefined) return known;
    const copy = cloneObject(value, memory, pending);
    memory.set(value, copy);
    return copy;
  };

  // Objects that move: { is(value), isDetached(value), prepare() -> an empty one, transfer(from, to) }.
  internals.transferable = [];
  const isBuffer = (item) => kind(item) === kinds.ARRAY_BUFFER && className(item) !== "SharedArrayBuffer";
  const mover = (item) => internals.transferable.find(({ is }) => is(item));

  const checkTransfer = (list) => {
    const seen = new Set();
    for (const item of list) {
      const isObject = item !== null && typeof item === "object";
      if (!isObject || !isBuffer(item) && mover(item) === undefined) {
        refuse("A value in the transfer list that cannot be transferred");
      }
      if (seen.has(item)) refuse("A value that is twice in the transfer list");
      seen.add(item);
    }
    return seen;
  };

  const checkDetached = (item) => {
    if (isBuffer(item) ? bufferDetached(item) : mover(item).isDetached(item)) {
      refuse("A value in the transfer list that is detached already");
    }
  };

  // https://html.spec.whatwg.org/#structuredserializewithtransfer and its counterpart at once.
  internals.cloneWithTransfer = (value, transfer = []) => {
    const list = checkTransfer(transfer);
    const memory = new Map();
    const pending = [];
    const moved = [];
    // Views are made on the copy; what moves does so once nothing can fail any more.
    for (const item of list) {
      if (!isBuffer(item)) {
        const to = mover(item).prepare();
        moved.push({ item, to });
        memory.set(item, to);
      } else if (!bufferDetached(item)) {
        memory.set(item, cloneBuffer(item));
      }
    }
    const result = clone(value, memory, pending);
    // First in, first out: properties get their order from their object, not from this list.
    for (let i = 0; i < pending.length; i++) pending[i]();
    for (const item of list) checkDetached(item);
    for (const item of list) if (isBuffer(item)) detach(item);
    for (const { item, to } of moved) mover(item).transfer(item, to);
    return { value: result, ports: moved.map(({ to }) => to) };
  };

  internals.structuredClone = (value, transfer = []) => internals.cloneWithTransfer(value, transfer).value;

  defineGlobal("structuredClone", function structuredClone(value, options = undefined) {
    requireArguments(arguments.length, 1, "structuredClone");
    if (options !== undefined && options !== null && typeof options !== "object" && typeof options !== "function") {
      throw new TypeError("structuredClone: the options must be an object");
    }
    const transfer = options?.transfer;
    return internals.structuredClone(value, transfer === undefined ? [] : [...transfer]);
  });
  Object.defineProperty(structuredClone, "length", { value: 1, configurable: true });
})
