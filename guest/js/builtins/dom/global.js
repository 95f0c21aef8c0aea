// self, navigator, reportError. https://html.spec.whatwg.org/#the-global-scope
(function (internals) {
  "use strict";

  const { defineInterface, defineGlobal, requireArguments, defineEventHandler, fireEvent, hasListeners } = internals;

  // ---- https://html.spec.whatwg.org/#report-the-exception: first the listeners, then the log ----

  const log = internals.report;
  let reporting = false;
  const report = internals.report = (error) => {
    if (reporting || !hasListeners("error")) {
      log(error);
      return;
    }
    reporting = true;
    try {
      const isObject = typeof error === "object" && error !== null;
      const message = isObject && typeof error.message === "string" ? `Uncaught ${error}` : `Uncaught ${String(error)}`;
      const [, filename = "", lineno = 0, colno = 0] =
        isObject ? /\(?([^\s()]+):(\d+):(\d+)\)?/.exec(`${error.stack}`) ?? [] : [];
      const event = new ErrorEvent("error",
        { message, filename, lineno: Number(lineno), colno: Number(colno), error, cancelable: true });
      if (fireEvent(globalThis, event)) log(error);
    } finally {
      reporting = false;
    }
  };
  defineEventHandler(globalThis, "error");

  // ---- https://html.spec.whatwg.org/#unhandled-promise-rejections ----

  const told = new WeakSet(); // promises whose rejection was told
  // True when a listener took care of it.
  internals.onUnhandledRejection = (promise, reason) => {
    if (!hasListeners("unhandledrejection") && !hasListeners("rejectionhandled")) return false;
    told.add(promise);
    const event = new PromiseRejectionEvent("unhandledrejection", { promise, reason, cancelable: true });
    return !fireEvent(globalThis, event);
  };
  internals.onRejectionHandled = (promise) => {
    if (!told.delete(promise) || !hasListeners("rejectionhandled")) return;
    const reason = internals.promiseResult(promise);
    internals.startTimer(() =>
      fireEvent(globalThis, new PromiseRejectionEvent("rejectionhandled", { promise, reason })), 0);
  };
  defineEventHandler(globalThis, "unhandledrejection");
  defineEventHandler(globalThis, "rejectionhandled");

  defineGlobal("self", globalThis);
  defineGlobal("reportError", function reportError(error) {
    requireArguments(arguments.length, 1, "reportError");
    report(error);
  });

  // https://w3c.github.io/FileAPI/#creating-revoking
  Object.assign(URL, {
    createObjectURL(blob) {
      requireArguments(arguments.length, 1, "URL.createObjectURL");
      return internals.use("objectUrl").create(blob);
    },
    revokeObjectURL(url) {
      requireArguments(arguments.length, 1, "URL.revokeObjectURL");
      internals.use("objectUrl").revoke(`${url}`);
    },
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
