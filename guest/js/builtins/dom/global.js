// self, navigator, reportError. https://html.spec.whatwg.org/#the-global-scope
(function (internals) {
  "use strict";

  const { defineInterface, defineGlobal, requireArguments, report } = internals;

  defineGlobal("self", globalThis);
  defineGlobal("reportError", function reportError(error) {
    requireArguments(arguments.length, 1, "reportError");
    report(error);
  });

  let make;
  class Navigator {
    #made = true;
    constructor(key) {
      if (key !== make) throw new TypeError("Illegal constructor");
    }
    get userAgent() {
      if (!(#made in this)) throw internals.illegal();
      return "wws";
    }
  }
  Object.defineProperty(Navigator, "length", { value: 0, configurable: true });
  make = Symbol("make");
  defineGlobal("navigator", new Navigator(make));
  defineInterface(Navigator);
})
