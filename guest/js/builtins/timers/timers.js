// https://html.spec.whatwg.org/#timers
(function (internals) {
  "use strict";

  const { armTimer, disarmTimer, defineGlobal, defineInterface, requireArguments, report } = internals;
  const { apply } = Reflect;
  const running = new Map(); // id to { run, interval }; interval -1: once
  let last = 0;

  // Milliseconds as WebIDL's long, not below 0.
  const toDelay = (delay) => {
    const number = ~~delay;
    return number > 0 ? number : 0;
  };

  const begin = (run, delay, interval) => {
    do last = last >= 0x7fffffff ? 1 : last + 1; while (running.has(last));
    armTimer(last, delay);
    running.set(last, { run, interval });
    return last;
  };

  const clear = (id) => {
    const key = ~~id;
    if (running.delete(key)) disarmTimer(key);
  };

  // True when the timer was running: the engine then counts its operation as ended.
  internals.fireTimer = (id) => {
    const timer = running.get(id);
    if (timer === undefined) return false;
    if (timer.interval < 0) running.delete(id);
    try {
      timer.run();
    } catch (error) {
      report(error);
    }
    if (timer.interval >= 0) {
      if (running.get(id) !== timer) return false; // its own function cleared it: ended there
      armTimer(id, timer.interval);
    }
    return true;
  };

  internals.startTimer = (run, delay) => begin(run, delay, -1);
  internals.stopTimer = clear;

  const callback = (handler, rest, what) => {
    if (typeof handler !== "function") {
      throw new TypeError(typeof handler === "string"
        ? `${what}: code as a string is not supported; pass a function`
        : `${what}: the handler must be a function`);
    }
    const bound = internals.bindContext(handler);
    return () => apply(bound, globalThis, rest);
  };

  defineGlobal("setTimeout", function setTimeout(handler, timeout = 0, ...rest) {
    requireArguments(arguments.length, 1, "setTimeout");
    const run = callback(handler, rest, "setTimeout");
    return begin(run, toDelay(timeout), -1);
  });
  defineGlobal("setInterval", function setInterval(handler, timeout = 0, ...rest) {
    requireArguments(arguments.length, 1, "setInterval");
    const run = callback(handler, rest, "setInterval");
    const delay = toDelay(timeout);
    return begin(run, delay, delay);
  });
  defineGlobal("clearTimeout", function clearTimeout(id = 0) { clear(id); });
  defineGlobal("clearInterval", function clearInterval(id = 0) { clear(id); });

  // https://wicg.github.io/scheduling-apis/; wait(ms) is what other servers have of it.
  const key = Symbol("key");
  class Scheduler {
    constructor(secret) {
      if (secret !== key) throw new TypeError("Illegal constructor");
    }
    wait(delay, options = undefined) {
      return new Promise((resolve, reject) => {
        const signal = options?.signal;
        if (signal !== undefined && !internals.isSignal(signal)) {
          throw new TypeError("scheduler.wait: signal is not an AbortSignal");
        }
        signal?.throwIfAborted();
        const stop = (reason) => {
          clear(id);
          reject(reason);
        };
        const id = begin(() => {
          if (signal !== undefined) internals.offAbort(signal, stop);
          resolve();
        }, toDelay(delay), -1);
        if (signal !== undefined) internals.onAbort(signal, stop);
      });
    }
  }
  defineGlobal("scheduler", new Scheduler(key));
  defineInterface(Scheduler, { global: false });
})
