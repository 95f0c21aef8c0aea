// A worker that does the worst a script can do; the path says what. Every answer tells what it can
// see of earlier requests: on a clean sandbox always the same.
globalThis.trail = [];
let closure = null;
const weak = new WeakMap();
const holder = {};
class Private {
  #value = 1;
  set(value) { this.#value = value; }
  get() { return this.#value; }
}
const box = new Private();
let generator = null;
const pattern = /a(.)/g;
const buffer = new Uint8Array(4096);
const names = () => Reflect.ownKeys(globalThis).length;
const before = names();

function deep(n) { return n <= 0 ? 0 : 1 + deep(n - 1); }

const deeds = {
  hello() { return "hi"; },
  globals(s) {
    trail.push(s); globalThis["g" + s] = s; closure = () => s; box.set(s); holder[s] = s;
    weak.set(holder, s); return 1;
  },
  prototypes(s) {
    Array.prototype[0] = s; Object.prototype.zz = s; String.prototype.trim = () => s;
    Response.prototype.x = s; Headers.prototype.get = () => s; Promise.prototype.after = s; return 1;
  },
  deletes() { delete globalThis.Headers; delete globalThis.JSON; delete Array.prototype.map; return 1; },
  replaces(s) { globalThis.Response = class extends Response { constructor(b) { super(s + b); } }; return 1; },
  big() { globalThis.kept = Array.from({ length: 60 }, (_, i) => new Uint8Array(20000).fill(i + 65)); return 1; },
  huge() { globalThis.kept = new Uint8Array(20 << 20).fill(7); return 1; },
  grows() { globalThis.kept = []; for (let i = 0; i < 40; i++) kept.push(new Uint8Array(1 << 20).fill(i)); return 1; },
  scatters() {
    const all = []; for (let i = 0; i < 3000; i++) all.push(new Uint8Array(8192));
    for (let i = 0; i < all.length; i += 2) all[i][0] = 1; globalThis.kept = all; return 1;
  },
  strings(s) {
    let x = s; for (let i = 0; i < 14; i++) x += x; globalThis.text = x;
    const o = {}; for (let i = 0; i < 3000; i++) o["k" + s + i] = i; globalThis.keys = o; return 1;
  },
  deep() { try { deep(1e9); } catch (e) { globalThis.error = e; } return 1; },
  nested() {
    try { JSON.parse("[".repeat(100000)); } catch {}
    const p = new Proxy({}, { get(t, k, r) { return r[k]; } }); try { p.x; } catch {}
    try { new RegExp("(".repeat(3000)); } catch {}
    try { /(a*)*b/.test("a".repeat(20)); } catch {}
    let o = {}; for (let i = 0; i < 20000; i++) o = { o }; try { JSON.stringify(o); } catch {}
    return 1;
  },
  generators(s) {
    generator = (function* () { for (let i = 0; ; i++) yield s + i; })(); generator.next();
    pattern.exec("xaaaab"); return 1;
  },
  promises(s) {
    for (let i = 0; i < 200; i++) new Promise(() => {}).then(() => s);
    globalThis.later = new Promise(resolve => { globalThis.resolve = resolve; });
    (async () => { await later; globalThis.after = s; })(); return 1;
  },
  finalizers(s) {
    globalThis.registry = new FinalizationRegistry(x => { globalThis.done = x; });
    registry.register({}, s); globalThis.ref = new WeakRef({ s }); return 1;
  },
  maps(s) { const m = new Map(); for (let i = 0; i < 4000; i++) m.set(s + i, { i }); globalThis.map = m; return 1; },
  symbols(s) { for (let i = 0; i < 2000; i++) globalThis[Symbol.for(s + i)] = i; return 1; },
  evals(s) { (0, eval)(`globalThis.f_${s} = () => "${s}"; var v_${s} = 1; let l_${s} = 2`); return new Function("a", "return a+1")(1); },
  throws(s) { throw new Error(s); },
  throwsOddly(s) { throw { toString() { throw s; } }; },
  random() { let x = 0; for (let i = 0; i < 1000; i++) x += Math.random(); return Date.now() > 0 ? 1 : 0; },
  sorts() { const a = []; for (let i = 0; i < 5000; i++) a.push((i * 7919) % 5003); a.sort(); globalThis.sorted = a; return 1; },
  bigints() { globalThis.big = 3n ** 5000n; return big.toString().length; },
  buffers() { buffer.fill(77); globalThis.view = new DataView(new ArrayBuffer(1 << 20)); for (let i = 0; i < 1 << 20; i += 4096) view.setUint8(i, 99); return 1; },
  fragments() { const a = []; for (let i = 0; i < 4000; i++) a.push({ i, s: new Array(i % 40) }); for (let i = 0; i < 4000; i += 2) a[i] = null; globalThis.pieces = a; return 1; },
  freezes() { Object.freeze(globalThis); Object.freeze(Array.prototype); Object.setPrototypeOf(Function.prototype, null); return 1; },
  timers(s) { setTimeout(() => { globalThis.ticked = s; }, 60000); setInterval(() => {}, 1); return 1; },
  console(s) { console.log(s); console.group(s); console.time(s); console.count(s); return 1; },
  listeners(s) { addEventListener("fetch", e => e.respondWith(new Response("stolen " + s))); return 1; },
};

addEventListener("fetch", event => {
  const url = event.request.url;
  const [, deed, secret] = url.slice(url.indexOf("/", 8)).split("/");
  const seen = [
    "trail", trail.length, "names", names() - before, "closure", closure === null, "box", box.get(),
    "generator", generator === null, "pattern", pattern.lastIndex, "buffer", buffer[5],
    "proto", ({}).zz === undefined,
  ].join(" ");
  if (deed === "never") return event.respondWith(new Promise(() => {}));
  if (deed === "spin") for (;;);
  const result = deeds[deed](secret);
  event.respondWith(new Response(seen + "|" + result, { headers: { "x-secret": secret ?? "none" } }));
});
