// What the scripts of several standards share. Evaluated before any script of a user, so that what
// is taken here cannot have been replaced.
(function (internals) {
  "use strict";

  const { ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const { toUSVString } = internals;
  const iterator = Symbol.iterator;
  const InvalidType = TypeError;

  internals.IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][iterator]()));

  // (sequence<sequence<T>> or record<T, T>) as one flat array: name, value, name, value ...
  // https://webidl.spec.whatwg.org/#es-union
  internals.toPairs = (init, what) => {
    const flat = [];
    let size = 0, converted = false;
    const method = init[iterator];
    if (method === undefined || method === null) {
      const keys = ownKeys(init);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i];
        const descriptor = getOwnPropertyDescriptor(init, key);
        if (descriptor === undefined || !descriptor.enumerable) continue;
        if (typeof key === "symbol") throw new InvalidType(`${what}: a name is a symbol`);
        const name = toUSVString(key);
        const value = init[key];
        converted ||= name !== key;
        // Names may have become the same; a record keeps the place of the first, the value of the last.
        let at = size;
        for (let j = 0; converted && j < size; j += 2) if (flat[j] === name) at = j;
        flat[at] = name;
        flat[at + 1] = value;
        if (at === size) size += 2;
      }
      return flat;
    }
    if (typeof method !== "function") throw new InvalidType(`${what}: is not iterable`);
    for (const pair of init) {
      if (pair === null || typeof pair !== "object" || typeof pair[iterator] !== "function") {
        throw new InvalidType(`${what}: each entry must be a pair of name and value`);
      }
      let count = 0;
      for (const item of pair) {
        if (count++ < 2) flat[size++] = item;
      }
      if (count !== 2) throw new InvalidType(`${what}: each entry must be a pair of name and value`);
    }
    return flat;
  };

  // Tests for objects of classes written in JS, which look like plain objects from outside.
  internals.brands = [];
  // Of such classes: { is(value), clone(value) } for structuredClone().
  internals.serializable = [];

  // A class written in JS as WebIDL wants to see it: enumerable members, a tag, a hidden global.
  internals.defineInterface = (constructor, { global = true, tag = constructor.name } = {}) => {
    const prototype = constructor.prototype;
    for (const object of [constructor, prototype]) {
      for (const key of ownKeys(object)) {
        if (typeof key === "symbol" || key === "constructor" || key === "prototype") continue;
        if (object === constructor && (key === "name" || key === "length")) continue;
        defineProperty(object, key, { enumerable: true });
      }
    }
    defineProperty(prototype, Symbol.toStringTag, { value: tag, configurable: true });
    if (global) internals.defineGlobal(constructor.name, constructor);
    return constructor;
  };

  internals.defineGlobal = (name, value) => {
    defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  };

  // https://webidl.spec.whatwg.org/#dfn-attribute-getter: what a brand check answers.
  internals.illegal = () => new InvalidType("Illegal invocation");

  internals.requireArguments = (given, needed, what) => {
    if (given < needed) {
      throw new InvalidType(
        `${what}: ${needed} argument${needed === 1 ? "" : "s"} required, but only ${given} present`);
    }
  };
})
