// What a request costs in the engine module: pages of 4 KiB that it writes, and time under V8.
//
//     node guest/js/bench/pages.mjs build/release/guest/engine.wasm [worker.js]
//
// Time includes putting the written pages back, by copying them.
import { readFileSync } from "node:fs";

const PAGE = 4096;
const [file, worker] = process.argv.slice(2);
const source = worker ? readFileSync(worker, "utf8") : 'addEventListener("fetch", e => e.respondWith(new Response("hi")));';

const text = new TextEncoder();
const message = (...parts) => {
  const bytes = [];
  const number = (n) => { for (let i = 0; i < 4; ++i) bytes.push((n >>> (8 * i)) & 255); };
  for (const part of parts) {
    if (typeof part === "number") { number(part); continue; }
    const utf8 = text.encode(part);
    number(utf8.length);
    for (const byte of utf8) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
};

let memory, answer;
const string = (at, size) => new TextDecoder().decode(new Uint8Array(memory.buffer, at, size));
const refuse = (name) => () => { throw new Error(`the worker called ${name}, which this bench does not answer`); };
const wws = {
  respond: (at, size) => { answer = new Uint8Array(memory.buffer.slice(at, at + size)); },
  fault: (kind, at, size) => console.error(`fault ${kind}: ${string(at + 4, size - 4)}`),
  log: (level, at, size) => console.error(string(at, size)),
  now: (kind) => kind === 0 ? BigInt(Date.now()) * 1000000n : 0n,
  random: (at, size) => crypto.getRandomValues(new Uint8Array(memory.buffer, at, size)),
  kv_get: () => -1, kv_list: () => refuse("Cache.list")(), kv_take() {}, kv_set() {}, kv_delete() {},
  codec: refuse("a codec"), codec_step: refuse("a codec"), codec_end() {}, crypto: refuse("crypto"),
  crypto_take() {}, compute: refuse("crypto"), timer() {}, cancel() {}, read() {}, write: () => 0, fetch: refuse("fetch"),
};
const asked = new Proxy(wws, { get: (functions, name) => functions[name] ?? refuse(name) });
const { instance } = await WebAssembly.instantiate(readFileSync(file), { wws: asked });
const e = instance.exports;
memory = e.memory;
const place = (bytes) => {
  const at = bytes.length <= 16384 ? e.wws_mailbox() : e.wws_alloc(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, at);
  return [at, bytes.length];
};
const used = () => {
  const all = new BigUint64Array(memory.buffer);
  let pages = 0, last = 0;
  for (let p = 0; p < memory.buffer.byteLength / PAGE; ++p) {
    if (all.subarray(p * 512, p * 512 + 512).some((w) => w !== 0n)) { ++pages; last = p; }
  }
  return { pages, last };
};
const written = (image) => {
  const before = new BigUint64Array(image.buffer), now = new BigUint64Array(memory.buffer);
  const pages = [];
  for (let p = 0; p < image.length / PAGE; ++p) {
    for (let i = p * 512; i < p * 512 + 512; ++i) if (before[i] !== now[i]) { pages.push(p); break; }
  }
  return pages;
};

e._initialize();
let started = performance.now();
if (e.wws_init() !== 0) throw new Error("wws_init failed");
console.log(`init ${(performance.now() - started).toFixed(1)} ms, base image ${used().pages} pages, the last at ${(used().last * 4 / 1024).toFixed(1)} MiB`);
const base = new Uint8Array(memory.buffer.slice(0));
started = performance.now();
if (e.wws_compile(...place(message(0, "worker.js", source, 0))) !== 0 || e.wws_evaluate() < 0) process.exit(1);
console.log(`load ${(performance.now() - started).toFixed(2)} ms, delta ${written(base).length} pages`);

const request = message(0, "GET", "http://127.0.0.1:8080/hello?name=x", 5, "host", "127.0.0.1:8080", "user-agent", "curl/8.0",
  "accept", "*/*", "accept-encoding", "gzip, deflate", "cookie", "session=0123456789abcdef0123456789abcdef", 0);
const image = new Uint8Array(memory.buffer.slice(0));
const state = e.wws_request(...place(request));
const pages = written(image);
const runs = pages.filter((p, i) => p !== pages[i - 1] + 1).length;
console.log(`request: state ${state}, ${answer?.length} bytes answered, ${pages.length} pages written in ${runs} runs: ${pages.join(" ")}`);

const restore = () => { for (const p of pages) new Uint8Array(memory.buffer).set(image.subarray(p * PAGE, p * PAGE + PAGE), p * PAGE); };
const [at, size] = place(request);
const run = (n, put_back) => {
  const begin = performance.now();
  for (let i = 0; i < n; ++i) {
    if (put_back) restore();
    new Uint8Array(memory.buffer).set(request, at);
    e.wws_request(at, size);
  }
  return (performance.now() - begin) * 1000 / n;
};
restore();
run(20000, true);
const restored = Math.min(...[1, 2, 3, 4, 5].map(() => run(10000, true)));
// Requests that follow each other without it may write further pages: all of memory goes back.
const restore_all = () => new Uint8Array(memory.buffer).set(image);
const warm = Math.min(...[1, 2, 3, 4, 5].map(() => { restore_all(); return run(5000, false); }));
console.log(`time: ${restored.toFixed(2)} us with pages put back, ${warm.toFixed(2)} us without`);
