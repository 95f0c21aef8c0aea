// Performance: https://w3c.github.io/hr-time/#sec-performance. What user timing needs comes with its
// first use.
(function (internals) {
  "use strict";

  const { EventTarget, defineInterface, defineGlobal, performanceNow, performanceOrigin } = internals;
  const secret = Symbol("secret");
  let origin; // the clocks are read one after the other: a second reading may differ

  class Performance extends EventTarget {
    #made = true;
    constructor(token) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      super();
    }
    static #timing(self) {
      if (!(#made in self)) throw internals.illegal();
      return internals.use("timing");
    }
    now() {
      if (!(#made in this)) throw internals.illegal();
      return performanceNow();
    }
    get timeOrigin() {
      if (!(#made in this)) throw internals.illegal();
      return origin ??= performanceOrigin();
    }
    toJSON() {
      if (!(#made in this)) throw internals.illegal();
      return { timeOrigin: this.timeOrigin };
    }
    mark(name, options = undefined) { return Performance.#timing(this).mark(arguments.length, name, options); }
    measure(name, start = undefined, end = undefined) {
      return Performance.#timing(this).measure(arguments.length, name, start, end);
    }
    clearMarks(name = undefined) { Performance.#timing(this).clear("mark", name); }
    clearMeasures(name = undefined) { Performance.#timing(this).clear("measure", name); }
    getEntries() { return Performance.#timing(this).entries(); }
    getEntriesByType(type) { return Performance.#timing(this).byType(arguments.length, type); }
    getEntriesByName(name, type = undefined) { return Performance.#timing(this).byName(arguments.length, name, type); }
  }
  for (const [name, length] of [["mark", 1], ["measure", 1], ["clearMarks", 0], ["clearMeasures", 0],
    ["getEntriesByName", 1]]) {
    Object.defineProperty(Performance.prototype[name], "length", { value: length, configurable: true });
  }
  Object.defineProperty(Performance, "length", { value: 0, configurable: true });
  defineInterface(Performance);
  defineGlobal("performance", new Performance(secret));
})
