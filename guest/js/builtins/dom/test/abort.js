test("a controller aborts its signal", () => {
  const c = new AbortController();
  const seen = [];
  c.signal.addEventListener("abort", (e) => seen.push([e.type, e.isTrusted]));
  c.signal.onabort = function () { seen.push(this === c.signal); };
  same(c.signal.aborted, false);
  same(c.signal.reason, undefined);
  c.signal.throwIfAborted();
  c.abort();
  c.abort("again");
  alike(seen, [["abort", true], true]);
  assert(c.signal.aborted);
  same(c.signal.reason.name, "AbortError");
  assert(c.signal.reason instanceof DOMException);
  same(c.signal.reason.code, 20);
  throws("AbortError", () => c.signal.throwIfAborted());
});

test("onabort is a handler attribute", () => {
  const { signal } = new AbortController();
  same(signal.onabort, null);
  const f = () => {};
  signal.onabort = f;
  same(signal.onabort, f);
  signal.onabort = 5;
  same(signal.onabort, null);
});

test("reasons", () => {
  const c = new AbortController();
  c.abort(null);
  same(c.signal.reason, null);
  same(AbortSignal.abort(7).reason, 7);
  same(AbortSignal.abort().reason.name, "AbortError");
  throws(TypeError, () => new AbortSignal(), "Illegal constructor");
  same(AbortSignal.length, 0);
});

test("timeout", async () => {
  const signal = AbortSignal.timeout(5);
  assert(!signal.aborted);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  same(signal.reason.name, "TimeoutError");
  for (const bad of [-1, NaN, Infinity, "x"]) throws(TypeError, () => AbortSignal.timeout(bad));
});

test("any follows the first of its sources", () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const both = AbortSignal.any([a.signal, b.signal]);
  const nested = AbortSignal.any([both]);
  const order = [];
  a.signal.onabort = () => order.push(["a", both.aborted, nested.aborted]);
  both.onabort = () => order.push("both");
  nested.onabort = () => order.push("nested");
  b.abort("b");
  a.abort("a");
  same(both.reason, "b");
  same(nested.reason, "b");
  alike(order, ["both", "nested", ["a", true, true]]);
  same(AbortSignal.any([AbortSignal.abort("x"), a.signal]).reason, "x");
  same(AbortSignal.any([]).aborted, false);
  throws(TypeError, () => AbortSignal.any([{}]), "AbortSignal");
  throws(TypeError, () => AbortSignal.any(), "1 argument");
});

test("shape", () => {
  same(Object.prototype.toString.call(new AbortController()), "[object AbortController]");
  same(Object.prototype.toString.call(AbortSignal.abort()), "[object AbortSignal]");
  assert(AbortSignal.abort() instanceof EventTarget);
  throws(TypeError, () => AbortController.prototype.abort.call({}));
});
