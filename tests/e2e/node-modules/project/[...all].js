import assert from "node:assert";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { Buffer as Bytes } from "node:buffer";
import crypto, { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import EventEmitter, { once } from "node:events";
import path, { join } from "path";
import { env } from "node:process";
import querystring from "node:querystring";
import { Readable, Transform } from "node:stream";
import { StringDecoder } from "string_decoder";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "url";
import util, { promisify, inspect } from "node:util";

const storage = new AsyncLocalStorage();
const other = new AsyncLocalStorage();

const stores = async () => {
  const seen = [];
  const note = (where) => seen.push(`${where}=${storage.getStore()}`);
  let resource, bound, snapshot;
  const inside = storage.run("one", async () => {
    note("sync");
    await null;
    note("await");
    await wait(1);
    note("timer");
    resource = new AsyncResource("test");
    bound = AsyncLocalStorage.bind(() => note("bound"));
    snapshot = AsyncLocalStorage.snapshot();
    await Promise.all([
      storage.run("two", async () => {
        await wait(2);
        note("inner");
      }),
      new Promise((done) => setTimeout(() => queueMicrotask(() => (note("microtask"), done())), 1)),
      Promise.resolve().then(() => note("then")),
      storage.exit(async () => {
        await null;
        note("exit");
      }),
      other.run(1, async () => {
        await null;
        note(`other ${other.getStore()}`);
      }),
    ]);
    (async function* () { yield 1; })().next().then(() => note("generator"));
    await wait(1);
    note("end");
    throw new Error("ends it");
  });
  note("outside");
  await inside.catch(() => note("caught outside"));
  resource.runInAsyncScope(() => note("resource"));
  bound();
  snapshot(() => note("snapshot"));
  note("after");
  return seen;
};

const hashes = () => ({
  md5: createHash("md5").update("a").update("bc").digest("hex"),
  sha256: createHash("sha256").update("abc").digest("base64"),
  sha1: crypto.createHash("SHA1").update(Bytes.from("abc")).digest("hex"),
  hmac: createHmac("sha256", "key").update("The quick brown fox jumps over the lazy dog").digest("hex"),
  random: [randomBytes(16).length, randomUUID().length, crypto.randomInt(5) < 5],
  equal: [timingSafeEqual(Bytes.from("ab"), Bytes.from("ab")), timingSafeEqual(Bytes.from("ab"), Bytes.from("ac"))],
});

const streamed = async () => {
  const upper = new Transform({ transform(chunk, _, done) { done(null, String(chunk).toUpperCase()); } });
  const parts = [];
  for await (const part of Readable.from(["a", "b"]).pipe(upper)) parts.push(String(part));
  return parts.join("");
};

const events = async () => {
  const emitter = new EventEmitter();
  setTimeout(() => emitter.emit("ready", 7), 1);
  return (await once(emitter, "ready"))[0];
};

export default {
  async fetch(request) {
    const asked = new URL(request.url).pathname;
    if (asked === "/stores") return Response.json(await stores());
    assert.deepStrictEqual({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] });
    assert.throws(() => assert.strictEqual(1, 2), assert.AssertionError);
    const decoder = new StringDecoder("utf8");
    return Response.json({
      ...hashes(),
      path: [join("/a", "../b", "c.txt"), path.extname("x.tar.gz"), path.posix.basename("/x/y")],
      env: [env.NAME, process.env.NAME, process.env.NODE_ENV, typeof process.versions.node],
      query: querystring.parse("a=1&b=2&a=3"),
      url: parse("http://u:p@host:1/p?q=1#h").hostname,
      decoded: decoder.write(Bytes.from([0xc3])) + decoder.end(Bytes.from([0xa9])),
      buffer: [Buffer === Bytes, Buffer.from("ff00", "hex").readUInt16BE(0), Bytes.concat([Bytes.from("a"), Bytes.from("b")]).toString()],
      util: [util.format("%s %j", "a", { b: 1 }), typeof inspect({}), await promisify((value, done) => done(null, value + 1))(1)],
      ticked: await new Promise((done) => process.nextTick(done, "tick")),
      immediate: await new Promise((done) => setImmediate(done, "immediate")),
      streamed: await streamed(),
      once: await events(),
    });
  },
};
