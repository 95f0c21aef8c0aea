test("an event's attributes", () => {
  const e = new Event("x", { bubbles: true, cancelable: 1 });
  alike([e.type, e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.eventPhase, e.target, e.isTrusted],
    ["x", true, true, false, false, 0, null, false]);
  same(typeof e.timeStamp, "number");
  e.preventDefault();
  assert(e.defaultPrevented);
  const fixed = new Event("y");
  fixed.preventDefault();
  assert(!fixed.defaultPrevented);
  throws(TypeError, () => new Event(), "1 argument required");
  throws(TypeError, () => Event("x"));
  same(Event.AT_TARGET, 2);
  same(e.BUBBLING_PHASE, 3);
  same(Object.prototype.toString.call(e), "[object Event]");
  throws(TypeError, () => Object.getOwnPropertyDescriptor(Event.prototype, "type").get.call({}));
});

test("listeners run in order, once each, with their target", () => {
  const t = new EventTarget();
  const seen = [];
  const f = (e) => seen.push(["f", e.target === t, e.currentTarget === t, e.eventPhase, e.composedPath().length]);
  t.addEventListener("x", f);
  t.addEventListener("x", f);
  t.addEventListener("x", function (e) { seen.push(["this", this === t]); });
  t.addEventListener("x", { handleEvent(e) { seen.push(["object", this !== t, e.type]); } });
  t.addEventListener("x", null);
  same(t.dispatchEvent(new Event("x")), true);
  alike(seen, [["f", true, true, 2, 1], ["this", true], ["object", true, "x"]]);
  t.removeEventListener("x", f);
  t.dispatchEvent(new Event("x"));
  same(seen.length, 5);
});

test("capture comes first and is another listener", () => {
  const t = new EventTarget();
  const seen = [];
  const f = () => seen.push("f");
  t.addEventListener("x", () => seen.push("late"));
  t.addEventListener("x", f);
  t.addEventListener("x", f, true);
  t.addEventListener("x", () => seen.push("capture"), { capture: true });
  t.dispatchEvent(new Event("x"));
  alike(seen, ["f", "capture", "late", "f"]);
  t.removeEventListener("x", f, { capture: true });
  seen.length = 0;
  t.dispatchEvent(new Event("x"));
  alike(seen, ["capture", "late", "f"]);
});

test("once, signal and passive", () => {
  const t = new EventTarget();
  const seen = [];
  t.addEventListener("x", () => seen.push("once"), { once: true });
  const c = new AbortController();
  t.addEventListener("x", () => seen.push("signal"), { signal: c.signal });
  t.addEventListener("x", () => seen.push("never"), { signal: AbortSignal.abort() });
  t.addEventListener("x", (e) => { e.preventDefault(); seen.push(e.defaultPrevented); }, { passive: true });
  assert(t.dispatchEvent(new Event("x", { cancelable: true })));
  c.abort();
  t.dispatchEvent(new Event("x"));
  alike(seen, ["once", "signal", false, false]);
  throws(TypeError, () => t.addEventListener("x", () => {}, { signal: {} }), "AbortSignal");
  throws(TypeError, () => t.addEventListener("x", 5), "listener");
});

test("a listener added or removed under way", () => {
  const t = new EventTarget();
  const seen = [];
  const second = () => seen.push("second");
  t.addEventListener("x", () => {
    t.removeEventListener("x", second);
    t.addEventListener("x", () => seen.push("added"));
  }, { once: true });
  t.addEventListener("x", second);
  t.dispatchEvent(new Event("x"));
  alike(seen, []);
  t.dispatchEvent(new Event("x"));
  alike(seen, ["added"]);
});

test("stopping and cancelling", () => {
  const t = new EventTarget();
  const seen = [];
  t.addEventListener("x", (e) => { seen.push(1); e.stopImmediatePropagation(); });
  t.addEventListener("x", () => seen.push(2));
  t.dispatchEvent(new Event("x"));
  alike(seen, [1]);
  const u = new EventTarget();
  u.addEventListener("y", (e) => e.preventDefault());
  same(u.dispatchEvent(new Event("y", { cancelable: true })), false);
  const e = new Event("z");
  const w = new EventTarget();
  w.addEventListener("z", () => throws("InvalidStateError", () => w.dispatchEvent(e)));
  w.dispatchEvent(e);
  same(e.currentTarget, null);
  throws(TypeError, () => w.dispatchEvent({ type: "z" }), "not an Event");
});

test("subclasses and the other events", () => {
  class Bus extends EventTarget {}
  const b = new Bus();
  let got;
  b.addEventListener("m", (e) => { got = e.detail; });
  b.dispatchEvent(new CustomEvent("m", { detail: { a: 1 } }));
  alike(got, { a: 1 });
  same(new CustomEvent("m").detail, null);
  const error = new ErrorEvent("error", { message: "m", lineno: 3, colno: -1, error: 5 });
  alike([error.message, error.filename, error.lineno, error.colno, error.error], ["m", "", 3, 4294967295, 5]);
  const promise = Promise.resolve();
  const rejection = new PromiseRejectionEvent("unhandledrejection", { promise, reason: 1 });
  assert(rejection.promise === promise && rejection.reason === 1);
  throws(TypeError, () => new PromiseRejectionEvent("x"), "2 arguments");
  const message = new MessageEvent("message", { data: [1], origin: "o", ports: [] });
  alike([message.data, message.origin, message.lastEventId, message.source, message.ports.length], [[1], "o", "", null, 0]);
  assert(message instanceof Event);
  same(Object.prototype.toString.call(message), "[object MessageEvent]");
});

test("globals are not enumerable", () => {
  for (const name of ["Event", "EventTarget", "CustomEvent", "AbortSignal", "structuredClone", "self", "navigator", "reportError"]) {
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name);
    alike([writable, enumerable, configurable], [true, false, true], name);
  }
  same(self, globalThis);
  same(navigator.userAgent, "wws");
  throws(TypeError, () => new Navigator(), "Illegal constructor");
  same(Object.prototype.toString.call(navigator), "[object Navigator]");
});
