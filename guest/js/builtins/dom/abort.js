// AbortController and AbortSignal. https://dom.spec.whatwg.org/#interface-AbortController
(function (internals) {
  "use strict";

  const { Event, EventTarget, defineInterface, fireEvent, requireArguments } = internals;
  const secret = Symbol("secret");
  const abortError = () => new DOMException("This operation was aborted", "AbortError");

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #algorithms = null;
    #dependents = null; // signals made by any() that follow this one
    #sources = null;    // of a signal made by any(): signals that follow none

    constructor(key) {
      if (key !== secret) throw new TypeError("Illegal constructor");
      super();
    }

    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }

    static abort(reason = undefined) {
      const signal = new AbortSignal(secret);
      signal.#aborted = true;
      signal.#reason = reason === undefined ? abortError() : reason;
      return signal;
    }

    static timeout(milliseconds) {
      requireArguments(arguments.length, 1, "AbortSignal.timeout");
      const delay = Math.trunc(Number(milliseconds));
      if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError("AbortSignal.timeout: the time must be a number of milliseconds, 0 or more");
      }
      const signal = new AbortSignal(secret);
      internals.startTimer(() => {
        signal.#abort(new DOMException("The operation timed out", "TimeoutError"));
      }, delay);
      return signal;
    }

    static any(signals) {
      requireArguments(arguments.length, 1, "AbortSignal.any");
      const result = new AbortSignal(secret);
      const sources = [...signals];
      for (const source of sources) {
        if (!internals.isSignal(source)) throw new TypeError("AbortSignal.any: not an AbortSignal");
      }
      for (const source of sources) {
        if (source.#aborted) {
          result.#aborted = true;
          result.#reason = source.#reason;
          return result;
        }
      }
      result.#sources = new Set();
      for (const source of sources) {
        for (const origin of source.#sources ?? [source]) result.#sources.add(origin);
      }
      for (const origin of result.#sources) (origin.#dependents ??= new Set()).add(result);
      return result;
    }

    // All dependents are marked before any algorithm or listener runs.
    #abort(reason) {
      if (this.#aborted) return;
      this.#mark(reason);
      const followers = [];
      for (const dependent of this.#dependents ?? []) {
        if (!dependent.#aborted) {
          dependent.#mark(this.#reason);
          followers.push(dependent);
        }
      }
      this.#run();
      for (const follower of followers) follower.#run();
    }

    #mark(reason) {
      this.#aborted = true;
      this.#reason = reason === undefined ? abortError() : reason;
    }

    #run() {
      const algorithms = this.#algorithms;
      this.#algorithms = null;
      if (algorithms !== null) {
        for (const algorithm of algorithms) {
          try {
            algorithm(this.#reason);
          } catch (error) {
            internals.report(error);
          }
        }
      }
      fireEvent(this, new Event("abort"));
    }

    static {
      internals.newSignal = () => new AbortSignal(secret);
      internals.abortSignal = (signal, reason) => signal.#abort(reason);
      internals.isSignal = (value) => typeof value === "object" && value !== null && #aborted in value;
      internals.onAbort = (signal, algorithm) => {
        if (!signal.#aborted) (signal.#algorithms ??= new Set()).add(algorithm);
      };
      internals.offAbort = (signal, algorithm) => {
        signal.#algorithms?.delete(algorithm);
      };
    }
  }
  internals.defineEventHandler(AbortSignal, "abort");

  class AbortController {
    #signal = new AbortSignal(secret);
    get signal() { return this.#signal; }
    abort(reason = undefined) { internals.abortSignal(this.#signal, reason); }
  }

  defineInterface(AbortSignal);
  Object.defineProperty(AbortSignal, "length", { value: 0, configurable: true });
  defineInterface(AbortController);
})
