// Each way in which a script can run for ever, by name; case.json asks for each.
const endless = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) };
const again = () => true;
function* ones() { for (;;) yield 1; }

const forms = {
  none() {},
  for_empty() { for (;;); },
  for_count() { for (let i = 0; ; i++) if (i < 0) break; },
  while_empty() { while (true); },
  while_call() { while (again()); },
  do_while() { let i = 0; do { i = i + 1 & 7; } while (i >= 0); },
  for_in() { for (;;) for (const key in { a: 1, b: 2 }) if (key === "c") return; },
  for_of() { for (const one of endless) if (!one) return; },
  for_of_array() { const list = [1]; for (const one of list) list[list.length & 1023] = one; for (;;) for (const one of list) if (!one) return; },
  labelled_continue() { outer: for (;;) { for (;;) continue outer; } },
  labelled_break() { for (;;) inner: { break inner; } },
  switch_numbers() { let i = 0; for (;;) switch (i) { case 0: i = 1; continue; case 1: i = 0; break; default: return; } },
  switch_texts() { let state = "a"; for (;;) switch (state) { case "a": state = "b"; continue; case "b": state = "a"; break; default: return; } },
  conditional() { let i = 0; for (;;) i = i ? 0 : 1 && (i ?? 1); },
  optional() { const none = undefined; for (;;) none?.a?.b; },
  destructuring() { let a = 1, b = 2; for (;;) [a, b] = [b, a]; },
  try_catch() { for (;;) try { throw 1; } catch { continue; } },
  catch_of_error() { for (;;) try { null.x; } catch (error) { if (!error) return; } },
  finally_continue() { for (;;) try { return; } finally { continue; } },
  finally_nested() { for (;;) try { try { throw 1; } finally { again(); } } catch { } },
  finally_plain() { for (;;) try { } finally { } },
  generator_inside() { [...(function* () { for (;;); yield 1; })()]; },
  generator_of_ones() { for (const one of ones()) if (!one) return; },
  generator_delegates() { for (const one of (function* () { yield* ones(); })()) if (!one) return; },
  generator_thrown_into() { const held = (function* () { for (;;) try { yield 1; } catch { } })(); held.next(); for (;;) held.throw(1); },
  recursion() { const twice = (depth) => { if (depth > 0) { twice(depth - 1); twice(depth - 1); } }; twice(100); },
  overflow() { const deeper = () => deeper() + 1; for (;;) try { deeper(); } catch { } },
  getter() { const object = { get next() { return this; } }; for (let at = object; at; at = at.next); },
  getter_inside() { return { get a() { for (;;); } }.a; },
  value_of() { const object = { valueOf: () => 1 }; for (let i = 0; i < Infinity; i = object + 1); },
  value_of_inside() { return +{ valueOf() { for (;;); } }; },
  proxy() { const proxy = new Proxy({}, { get: () => 1 }); while (proxy.a); },
  tagged() { while (again`a`); },
  class_static() { return class { static { for (;;); } }; },
  constructor() { class Empty { } for (;;) new Empty(); },
  private_field() { class Counter { #n = 0; run() { for (;;) this.#n++; } } new Counter().run(); },
  sort() { for (;;) [3, 2, 1].sort((a, b) => a - b); },
  callback() { [1].forEach(() => { for (;;); }); },
  array_like() { Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); },
  regexp() { /^(a+)+$/.test("a".repeat(64) + "b"); },
  regexp_in_loop() { for (;;) /a/.test("b"); },
  replace() { for (;;) "abc".replace(/b/g, () => "c"); },
  json() { for (;;) JSON.parse(JSON.stringify({ a: [1, 2, 3] })); },
  to_json() { JSON.stringify({ toJSON() { for (;;); } }); },
  bigint() { for (let i = 0n; i >= 0n; i++); },
  prototypes() {
    let last = {};
    for (let i = 0; i < 20000; i++) last = Object.create(last);
    for (;;) last.missing;
  },
  far_back() { Function("let i = 0; for (;;) { " + "i = i + 1 & 7;".repeat(20000) + " }")(); },
  far_test() { Function("let i = 0; do { " + "i = i + 1 & 7;".repeat(20000) + " } while (i >= 0)")(); },
  with_object() { Function("const object = { a: 1 }; with (object) for (;;) a;")(); },
  with_assigned() { Function("const object = { a: 1 }; for (;;) with (object) a = a + 1;")(); },
  with_called() { Function("const object = { a() { return 1; } }; with (object) while (a());")(); },
  direct_eval() { eval("for (;;);"); },
  eval_in_loop() { for (;;) eval("1"); },
  global_eval() { (0, eval)("while (true);"); },
  new_function() { new Function("for (;;);")(); },
  new_function_in_loop() { for (;;) new Function("1"); },
  async microtasks() { for (;;) await 1; },
  async async_inside() { await 1; for (;;); },
  async for_await() { for await (const one of endless) if (!one) return; },
  async async_generator() { for await (const one of (async function* () { for (;;) yield 1; })()) if (!one) return; },
  async promises() { const next = () => Promise.resolve().then(next); await next(); },
};

export default {
  async fetch(request) {
    const form = forms[new URL(request.url).searchParams.get("form")];
    if (!form) return new Response("no such form", { status: 404 });
    await form();
    return new Response("over");
  },
};
