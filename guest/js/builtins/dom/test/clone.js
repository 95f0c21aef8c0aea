const clone = structuredClone;

test("primitives", () => {
  for (const value of [undefined, null, true, 0, -0, NaN, 1.5, "x", 10n]) same(clone(value), value);
  throws("DataCloneError", () => clone(Symbol("s")));
  throws(TypeError, () => clone());
});

test("objects and arrays", () => {
  const from = { a: 1, b: [1, , 3], c: { d: "x" }, [Symbol("s")]: 1 };
  const to = clone(from);
  alike(to, { a: 1, b: [1, null, 3], c: { d: "x" } });
  assert(to !== from && to.b !== from.b);
  same(1 in to.b, false);
  same(to.b.length, 3);
  same(Object.getOwnPropertySymbols(to).length, 0);
  const named = Object.assign([1], { key: "v" });
  same(clone(named).key, "v");
  class Point { constructor() { this.x = 1; } get y() { return 2; } }
  const point = clone(new Point());
  same(Object.getPrototypeOf(point), Object.prototype);
  alike(point, { x: 1 });
  alike(clone({ get g() { return 5; } }), { g: 5 });
  alike(clone(Object.create(null, { z: { value: 1, enumerable: true } })), { z: 1 });
});

test("properties that setters of Object.prototype would catch", () => {
  alike(Object.keys(clone(JSON.parse('{"__proto__": 1, "x": 2}'))), ["__proto__", "x"]);
  const from = { get a() { delete this.b; return 1; }, b: 2, c: 3 };
  alike(clone(from), { a: 1, c: 3 });
});

test("the order of properties stays", () => {
  alike(Object.keys(clone({ z: {}, a: 1, m: { q: 1 } })), ["z", "a", "m"]);
});

test("cycles and shared objects", () => {
  const a = { name: "a" };
  a.self = a;
  a.list = [a, a];
  const c = clone(a);
  assert(c.self === c && c.list[0] === c && c.list[1] === c && c !== a);
  const m = new Map();
  m.set(m, m);
  const n = clone(m);
  assert(n.get(n) === n);
});

test("Map, Set, Date, RegExp, boxed values", () => {
  const m = clone(new Map([[{ k: 1 }, new Set([1, "x"])], ["s", new Map()]]));
  assert(m instanceof Map && m.size === 2);
  const [[key, value]] = m;
  alike(key, { k: 1 });
  assert(value instanceof Set && value.has("x"));
  same(clone(new Date(5)).getTime(), 5);
  same(clone(new Date(NaN)).getTime(), NaN);
  const r = /a\/b/giu;
  r.lastIndex = 3;
  same(String(clone(r)), "/a\\/b/giu");
  same(clone(r).lastIndex, 0);
  const n = clone(new Number(-0));
  assert(n instanceof Number && Object.is(n.valueOf(), -0));
  same(clone(new String("x")).valueOf(), "x");
  same(clone(Object(5n)).valueOf(), 5n);
  throws("DataCloneError", () => clone(Object(Symbol())));
});

test("a false prototype fools nobody", () => {
  const fake = Object.create(Map.prototype);
  fake.a = 1;
  alike(clone(fake), { a: 1 });
  const real = new Map([[1, 2]]);
  Object.setPrototypeOf(real, null);
  assert(clone(real) instanceof Map);
});

test("errors", () => {
  const e = new RangeError("m", { cause: { why: 1 } });
  const c = clone(e);
  assert(c instanceof RangeError && c !== e);
  same(c.message, "m");
  same(c.name, "RangeError");
  same(c.stack, e.stack);
  alike(c.cause, { why: 1 });
  const named = new Error("x");
  named.name = "Custom";
  same(clone(named).name, "Error");
  class Own extends TypeError { name = "TypeError"; }
  same(Object.getPrototypeOf(clone(new Own("y"))), TypeError.prototype);
  const d = clone(new DOMException("dm", "AbortError"));
  assert(d instanceof DOMException);
  alike([d.message, d.name, d.code], ["dm", "AbortError", 20]);
  const loop = new Error("l");
  loop.cause = loop;
  const looped = clone(loop);
  assert(looped.cause === looped);
});

test("buffers and views share what they shared", () => {
  const buffer = new ArrayBuffer(8);
  const all = new Uint8Array(buffer);
  const part = new Uint16Array(buffer, 2, 2);
  const view = new DataView(buffer, 4, 2);
  all.set([1, 2, 3, 4, 5, 6, 7, 8]);
  const c = clone({ all, part, view });
  assert(c.all.buffer === c.part.buffer && c.view.buffer === c.all.buffer && c.all.buffer !== buffer);
  alike([...c.all], [1, 2, 3, 4, 5, 6, 7, 8]);
  same(c.part.byteOffset, 2);
  same(c.part.length, 2);
  same(c.view.getUint8(0), 5);
  same(clone(new Float64Array([1.5]))[0], 1.5);
  same(clone(new BigInt64Array([-5n]))[0], -5n);
  const resizable = clone(new ArrayBuffer(4, { maxByteLength: 16 }));
  alike([resizable.resizable, resizable.byteLength, resizable.maxByteLength], [true, 4, 16]);
});

test("transfer moves a buffer", () => {
  const buffer = new Uint8Array([1, 2, 3]).buffer;
  const c = clone({ buffer, again: buffer, view: new Uint8Array(buffer) }, { transfer: [buffer] });
  same(buffer.byteLength, 0);
  assert(buffer.detached);
  assert(c.buffer === c.again && c.view.buffer === c.buffer);
  alike([...c.view], [1, 2, 3]);
  throws("DataCloneError", () => clone(1, { transfer: [buffer] }), "detached");
  const other = new ArrayBuffer(1);
  throws("DataCloneError", () => clone(1, { transfer: [other, other] }), "twice");
  throws("DataCloneError", () => clone(1, { transfer: [{}] }), "cannot be transferred");
  throws("DataCloneError", () => clone(() => {}, { transfer: [other] }));
  same(other.byteLength, 1, "a failed clone moves nothing");
});

test("what cannot be cloned says so", () => {
  for (const [value, text] of [[() => {}, "Function"], [class A {}, "Function A"], [new WeakMap(), "WeakMap"],
    [Promise.resolve(), "Promise"], [new Proxy({}, {}), ""], [new URL("http://a"), "URL"], [new Event("x"), "Event"],
    [new AbortController().signal, "AbortSignal"], [new ReadableStream(), "ReadableStream"], [(function* () {})(), "Generator"]]) {
    throws("DataCloneError", () => clone({ deep: [value] }), text, text);
  }
});

test("depth costs no stack", () => {
  let deep = {};
  const top = deep;
  for (let i = 0; i < 10000; i++) deep = deep.next = {};
  let c = clone(top), n = 0;
  while ((c = c.next)) n++;
  same(n, 10000);
});

test("patched globals change nothing", () => {
  const kept = Map.prototype.forEach;
  Map.prototype.forEach = () => { throw new Error("patched"); };
  try { same(clone(new Map([[1, 2]])).size, 1); } finally { Map.prototype.forEach = kept; }
});
