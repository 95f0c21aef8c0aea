// Modules are written as bytes: "i" is a type of i32, and so on; no section is longer than 127 bytes.
const types = { i: 0x7f, l: 0x7e, f: 0x7d, d: 0x7c, e: 0x6f, r: 0x70 };
const text = (string) => [string.length, ...[...string].map((unit) => unit.charCodeAt(0))];
const list = (items) => [items.length, ...items.flat()];
const section = (id, bytes) => [id, bytes.length, ...bytes];
const signature = (params, results) => [0x60, ...list([...params].map((t) => [types[t]])), ...list([...results].map((t) => [types[t]]))];
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const module = (...sections) => new Uint8Array([...header, ...sections.flat()]);
const body = (...code) => [code.length + 2, 0, ...code, 0x0b];
// One function of `params` and `results`, exported as "f".
const single = (params, results, ...code) => module(section(1, list([signature(params, results)])),
  section(3, list([[0]])), section(7, list([[...text("f"), 0, 0]])), section(10, list([body(...code)])));
const run = (bytes, imports) => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;

test("a function adds", () => {
  const { f } = run(single("ii", "i", 0x20, 0, 0x20, 1, 0x6a));
  same(f(2, 3), 5);
  same(f(2147483647, 1), -2147483648);
  same(f.length, 2);
  same(f.name, "0");
  same(Object.getPrototypeOf(f), Function.prototype);
  throws(TypeError, () => new f(1, 2));
});

test("numbers of each type go in and out", () => {
  same(run(single("l", "l", 0x20, 0)).f(-1n), -1n);
  same(run(single("l", "l", 0x20, 0)).f(2n ** 63n), -(2n ** 63n));
  same(run(single("f", "f", 0x20, 0)).f(0.1), Math.fround(0.1));
  same(run(single("d", "d", 0x20, 0)).f(-0), -0);
  const object = {};
  same(run(single("e", "e", 0x20, 0)).f(object), object);
  same(run(single("e", "e", 0x20, 0)).f(undefined), undefined);
  same(run(single("r", "r", 0x20, 0)).f(null), null);
  throws(TypeError, () => run(single("r", "r", 0x20, 0)).f(() => 1));
  throws(TypeError, () => run(single("l", "l", 0x20, 0)).f(1));
  alike(run(single("ii", "ii", 0x20, 1, 0x20, 0)).f(1, 2), [2, 1]);
});

test("a loop ends, and a recursion without end is a RangeError", () => {
  // for (i = n; i != 0; i--) sum += i
  const { f } = run(module(section(1, list([signature("i", "i")])), section(3, list([[0]])), section(7, list([[...text("f"), 0, 0]])),
    section(10, list([[27, 1, 1, 0x7f, 0x03, 0x40, 0x20, 1, 0x20, 0, 0x6a, 0x21, 1, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b,
      0x20, 1, 0x01, 0x01, 0x0b]]))));
  same(f(100000), 705082704);
  throws(RangeError, run(single("", "", 0x10, 0)).f, "call stack");
});

test("traps are RuntimeErrors", () => {
  throws("RuntimeError", run(single("", "", 0)).f, "unreachable");
  throws("RuntimeError", () => run(single("ii", "i", 0x20, 0, 0x20, 1, 0x6d)).f(1, 0), "integer divide by zero");
  throws("RuntimeError", () => run(single("ii", "i", 0x20, 0, 0x20, 1, 0x6d)).f(-2147483648, -1), "integer overflow");
  throws("RuntimeError", () => run(single("d", "i", 0x20, 0, 0xaa)).f(NaN), "invalid conversion");
  assert(WebAssembly.RuntimeError.prototype instanceof Error);
});

// Imports m.f of `params` and `results`, and calls it.
const caller = (params, results) => module(section(1, list([signature(params, results)])),
  section(2, list([[...text("m"), ...text("f"), 0, 0]])), section(3, list([[0]])), section(7, list([[...text("f"), 0, 1]])),
  section(10, list([body(...[...params].flatMap((_, i) => [0x20, i]), 0x10, 0)])));

test("functions of JavaScript are called, and what they throw passes through", () => {
  same(run(caller("id", "d"), { m: { f: (a, b) => a + b } }).f(1, 0.5), 1.5);
  alike(run(caller("", "ii"), { m: { f: () => new Set([7, 8]) } }).f(), [7, 8]);
  throws(TypeError, run(caller("", "ii"), { m: { f: () => [7] } }).f);
  const mine = new Error("mine");
  let seen;
  try { run(caller("", ""), { m: { f: () => { throw mine; } } }).f(); } catch (error) { seen = error; }
  same(seen, mine);
  const outer = {};
  outer.f = run(caller("i", "i"), { m: { f: (n) => (n > 0 ? outer.f(n - 1) : 42) } }).f;
  same(outer.f(20), 42);
  throws(RangeError, () => outer.f(1e6));
});

test("what does not link says what is wrong", () => {
  throws(TypeError, () => run(caller("", "")));
  throws(TypeError, () => run(caller("", ""), {}), "\"m\" is not an object");
  throws("LinkError", () => run(caller("", ""), { m: { f: 1 } }), "\"m\" \"f\" is not a function");
  const { f } = run(single("i", "i", 0x20, 0));
  throws("LinkError", () => run(caller("", ""), { m: { f } }), "of another type");
});

// A memory of one page, at most three, exported as "m"; load(address), store(address, value), grow(pages).
const memory = module(section(1, list([signature("i", "i"), signature("ii", "")])), section(3, list([[0], [1], [0]])),
  section(5, [1, 1, 1, 3]), section(7, list([[...text("m"), 2, 0], [...text("load"), 0, 0], [...text("store"), 0, 1],
    [...text("grow"), 0, 2]])), section(10, list([body(0x20, 0, 0x28, 2, 0), body(0x20, 0, 0x20, 1, 0x36, 2, 0),
    body(0x20, 0, 0x40, 0)])), section(11, list([[0, 0x41, 8, 0x0b, 4, 1, 2, 3, 4]])));

test("a memory's buffer is the memory, and another one after it grew", () => {
  const { m, load, store, grow } = run(memory);
  same(load(8), 0x04030201);
  const { buffer } = m;
  same(m.buffer, buffer);
  store(0, 0x01020304);
  same(new Uint8Array(buffer)[0], 4);
  new Uint32Array(buffer)[4] = 77;
  same(load(16), 77);
  throws("RuntimeError", () => load(65533), "out of bounds");
  throws("RuntimeError", () => load(-1), "out of bounds");
  throws(TypeError, () => structuredClone(buffer, { transfer: [buffer] }), "cannot be detached");
  throws(TypeError, () => buffer.transfer(), "cannot be detached");
  same(grow(1), 1);
  same(buffer.byteLength, 0);
  same(m.buffer.byteLength, 131072);
  same(load(16), 77);
  same(m.grow(1), 2);
  throws(RangeError, () => m.grow(1));
  same(grow(1), -1);
});

test("memories, tables and globals are made in JavaScript, too", () => {
  const made = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  same(made.buffer.byteLength, 65536);
  same(new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }).buffer.constructor.name, "SharedArrayBuffer");
  throws(TypeError, () => new WebAssembly.Memory({ initial: 0, shared: true }));
  throws(RangeError, () => new WebAssembly.Memory({ initial: 2, maximum: 1 }));
  const { f } = run(single("", "i", 0x41, 7));
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 2 });
  table.set(1, f);
  same(table.get(1), f);
  same(table.get(0), null);
  throws(RangeError, () => table.get(2));
  throws(TypeError, () => table.set(0, () => 1));
  same(table.grow(3, f), 2);
  same(table.length, 5);
  const global = new WebAssembly.Global({ value: "i64", mutable: true }, 5n);
  global.value = 6n;
  same(global.value, 6n);
  throws(TypeError, () => { new WebAssembly.Global({ value: "i32" }, 1).value = 2; });
});

test("a table is called through", () => {
  const bytes = module(section(1, list([signature("i", "i"), signature("", "i")])), section(2, list([[...text("m"), ...text("t"), 1, 0x70, 0, 1]])),
    section(3, list([[0]])), section(7, list([[...text("f"), 0, 0]])), section(10, list([body(0x20, 0, 0x11, 1, 0)])));
  const t = new WebAssembly.Table({ element: "anyfunc", initial: 3 });
  t.set(0, run(single("", "i", 0x41, 7)).f);
  t.set(1, run(single("i", "i", 0x41, 7)).f);
  const { f } = run(bytes, { m: { t } });
  same(f(0), 7);
  throws("RuntimeError", () => f(1), "type mismatch");
  throws("RuntimeError", () => f(2), "uninitialized");
  throws("RuntimeError", () => f(3), "undefined element");
});

test("bytes that are no module are refused, with the place", () => {
  same(WebAssembly.validate(memory), true);
  same(WebAssembly.validate(new Uint8Array([1, 2, 3])), false);
  throws("CompileError", () => new WebAssembly.Module(new Uint8Array(0)), "magic");
  throws("CompileError", () => new WebAssembly.Module(single("", "i")), "type mismatch");
  throws("CompileError", () => new WebAssembly.Module(single("", "i", 0x42, 1)), "@+");
  throws("CompileError", () => new WebAssembly.Module(single("", "", 0xfd, 0x0c)), "SIMD");
  throws(TypeError, () => new WebAssembly.Module("text"));
  for (let size = 0; size < memory.length; size++) {
    const cut = memory.slice(0, size);
    try { new WebAssembly.Module(cut); } catch (error) { same(error.name, "CompileError"); }
  }
});

test("no byte of a module can do more than be refused or run", () => {
  const sum = single("ii", "i", 0x20, 0, 0x20, 1, 0x6a);
  for (const bytes of [memory, sum]) {
    for (let at = 8; at < bytes.length; at++) {
      for (const value of [0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xfc, 0xff]) {
        const changed = bytes.slice();
        changed[at] = value;
        if (!WebAssembly.validate(changed)) continue;
        try {
          for (const each of Object.values(run(changed, { m: {} }))) if (typeof each === "function") each(1, 2);
        } catch (error) {
          assert(error instanceof Error);
        }
      }
    }
  }
});

test("what is asynchronous is so", async () => {
  const { module: compiled, instance } = await WebAssembly.instantiate(memory);
  assert(compiled instanceof WebAssembly.Module && instance instanceof WebAssembly.Instance);
  assert(await WebAssembly.instantiate(compiled) instanceof WebAssembly.Instance);
  alike(WebAssembly.Module.exports(compiled).map(({ name, kind }) => `${name} ${kind}`),
    ["m memory", "load function", "store function", "grow function"]);
  alike(WebAssembly.Module.imports(new WebAssembly.Module(caller("", ""))), [{ module: "m", name: "f", kind: "function" }]);
  await rejects("CompileError", WebAssembly.compile(new Uint8Array(4)));
  const response = (type) => new Response(memory, { headers: { "content-type": type } });
  same((await WebAssembly.instantiateStreaming(response("application/wasm"))).instance.exports.load(8), 0x04030201);
  await rejects(TypeError, WebAssembly.compileStreaming(response("text/plain")), "application/wasm");
  assert(structuredClone(compiled) instanceof WebAssembly.Module);
});

test("tags and exceptions are those of JavaScript", () => {
  const tag = new WebAssembly.Tag({ parameters: ["i32", "externref"] });
  const thrown = new WebAssembly.Exception(tag, [1.5, "text"]);
  assert(thrown.is(tag) && !thrown.is(WebAssembly.JSTag));
  same(thrown.getArg(tag, 0), 1);
  same(thrown.getArg(tag, 1), "text");
  throws(RangeError, () => thrown.getArg(tag, 2));
  throws(TypeError, () => new WebAssembly.Exception(tag, [1]));
});
