// Conversions of WebIDL that few builtins need. https://webidl.spec.whatwg.org/#js-type-mapping
(function (internals) {
  "use strict";

  const isObject = (value) => typeof value === "object" && value !== null || typeof value === "function";

  return {
    isObject,
    // [EnforceRange] unsigned
    enforceRange(value, most, what) {
      const number = Math.trunc(Number(value));
      if (!(number >= 0 && number <= most)) {
        throw new TypeError(`${what} must be a number from 0 to ${most}`);
      }
      return number + 0;
    },
    // A copy of the bytes of a BufferSource.
    copyBytes(value, what) {
      if (!internals.isBuffer(value)) throw new TypeError(`${what} must be an ArrayBuffer or a view on one`);
      return internals.copyBytes(value);
    },
    // A dictionary: undefined and null are the empty one.
    requireObject(value, what) {
      if (value === undefined || value === null) return {};
      if (!isObject(value)) throw new TypeError(`${what} must be an object`);
      return value;
    },
    // Each item is converted before the next one is asked for.
    sequence(value, what, convert = (item) => item) {
      if (!isObject(value)) throw new TypeError(`${what} must be a sequence`);
      const method = value[Symbol.iterator];
      if (method === undefined || method === null) throw new TypeError(`${what} must be a sequence`);
      const items = [];
      for (const item of { [Symbol.iterator]: () => Reflect.apply(method, value, []) }) items.push(convert(item));
      return items;
    },
    // [Clamp] long long: halves go to the even neighbour.
    clampLongLong(value) {
      const number = Number(value);
      if (Number.isNaN(number)) return 0;
      const clamped = Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
      const rounded = Math.round(clamped);
      return Math.abs(clamped % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
    },
  };
})
