const text = async (response) => (response === undefined ? undefined : response.text());
const clear = async () => { for (const name of await caches.keys()) await caches.delete(name); };
const urls = async (cache, ...query) => (await cache.keys(...query)).map((request) => request.url);

test("what was put is found, whole and with its head", async () => {
  const cache = caches.default;
  same(await cache.match("http://a.test/"), undefined);
  const put = await cache.put("http://a.test/#part", new Response("körper", {
    status: 201, statusText: "Made", headers: { "x-a": "1", "content-type": "text/x" },
  }));
  same(put, undefined);
  const found = await cache.match(new Request("http://a.test/#other"));
  same(found.status, 201);
  same(found.statusText, "Made");
  same(found.type, "default");
  same(found.url, "");
  same(found.headers.get("content-type"), "text/x");
  throws(TypeError, () => found.headers.set("x-a", "2"));
  same(await found.text(), "körper");
  same(await text(await cache.match("http://a.test/")), "körper");
  same(await text(await cache.match("http://a.test/?q")), undefined);
});

test("a copy of what was found can be changed", async () => {
  await caches.default.put("http://a.test/", new Response("body", { headers: { "cache-control": "max-age=5" } }));
  const found = await caches.default.match("http://a.test/");
  const changed = new Response(found.body, found);
  changed.headers.set("x-cache", "HIT");
  same(changed.headers.get("x-cache"), "HIT");
  same(await changed.text(), "body");
});

test("bodies of every kind are kept", async () => {
  const cache = await caches.open("bodies");
  const stream = () => new Blob(["one ", "two"]).stream();
  for (const [name, body] of [["none", null], ["empty", ""], ["text", "one two"], ["bytes", new TextEncoder().encode("one two")], ["stream", stream()], ["blob", new Blob(["one two"])]]) {
    const response = new Response(body);
    await cache.put(`http://a.test/${name}`, response);
    same(response.bodyUsed, body !== null, name);
    const found = await cache.match(`http://a.test/${name}`);
    same(found.body === null, body === null, name);
    same(await found.text(), name === "none" || name === "empty" ? "" : "one two", name);
  }
});

test("a fetched response is kept with its URL", async () => {
  const response = await fetch("http://chunks.test/3");
  const cache = await caches.open("fetched");
  await cache.put("http://a.test/", response.clone());
  same(await response.text(), "piece0piece1piece2");
  const found = await cache.match("http://a.test/");
  same(found.type, "basic");
  same(found.url, "http://chunks.test/3");
  same(await found.text(), "piece0piece1piece2");
});

test("a cache finds by what the query says", async () => {
  const cache = await caches.open("query");
  for (const path of ["a?1", "a", "b"]) await cache.put(`http://a.test/${path}`, new Response(path));
  same(await text(await cache.match("http://a.test/a?2")), undefined);
  same(await text(await cache.match("http://a.test/a?2", { ignoreSearch: true })), "a?1");
  alike(await Promise.all((await cache.matchAll("http://a.test/a", { ignoreSearch: true })).map(text)), ["a?1", "a"]);
  alike(await Promise.all((await cache.matchAll()).map(text)), ["a?1", "a", "b"]);
  const head = new Request("http://a.test/a", { method: "HEAD" });
  same(await cache.match(head), undefined);
  same(await text(await cache.match(head, { ignoreMethod: true })), "a");
  alike(await cache.matchAll(head), []);
  same(await cache.delete(head), false);
  same(await cache.delete(head, { ignoreMethod: true }), true);
  same(await cache.delete("http://a.test/a"), false);
  alike(await urls(cache), ["http://a.test/a?1", "http://a.test/b"]);
  assert(Object.isFrozen(await cache.keys()) && Object.isFrozen(await cache.matchAll()));
});

test("Vary tells requests apart", async () => {
  const cache = await caches.open("vary");
  const ask = (language) => new Request("http://a.test/", { headers: language ? { "Accept-Language": language } : {} });
  for (const language of ["de", "en"]) {
    await cache.put(ask(language), new Response(language, { headers: { vary: "accept-language, x-other" } }));
  }
  same(await text(await cache.match(ask("de"))), "de");
  same(await text(await cache.match(ask("en"))), "en");
  same(await cache.match("http://a.test/"), undefined);
  same(await text(await cache.match("http://a.test/", { ignoreVary: true })), "de");
  const keys = await cache.keys();
  alike(keys.map((request) => request.headers.get("accept-language")), ["de", "en"]);
  await cache.put(ask("de"), new Response("neu", { headers: { vary: "accept-language" } }));
  alike(await Promise.all((await cache.matchAll()).map(text)), ["en", "neu"]);
});

test("what cannot be kept is a TypeError", async () => {
  const cache = await caches.open("refused");
  const fine = () => new Response("");
  await rejects(TypeError, cache.put(new Request("http://a.test/", { method: "POST" }), fine()), "only responses to GET");
  await rejects(TypeError, cache.put("data:text/plain,x", fine()), "http: or https:");
  await rejects(TypeError, cache.put("not a url", fine()));
  await rejects(TypeError, cache.put("http://a.test/", new Response("", { status: 206 })), "206");
  await rejects(TypeError, cache.put("http://a.test/", new Response("", { headers: { vary: "a, *" } })), "Vary: *");
  const locked = new Response(new ReadableStream());
  locked.body.getReader();
  const read = new Response("x");
  await read.text();
  await rejects(TypeError, cache.put("http://a.test/", read), "clone()");
  await rejects(TypeError, cache.put("http://a.test/", locked), "clone()");
  await rejects(TypeError, cache.put("http://a.test/", "text"), "not a Response");
  await rejects(TypeError, cache.put("http://a.test/"), "2 arguments");
  await rejects(TypeError, cache.match());
  await rejects(TypeError, cache.match("http://a.test/", 1));
  await rejects(RangeError, cache.put("http://a.test/", new Response(new ReadableStream({ pull() { throw new RangeError("broken"); } }))));
  alike(await cache.keys(), []);
});

test("what the response forbids is not kept, and no error", async () => {
  const cache = await caches.open("policy");
  const keeps = async (headers) => {
    await cache.put("http://a.test/", new Response("x", { headers }));
    return await cache.match("http://a.test/") !== undefined;
  };
  same(await keeps({}), true);
  same(await keeps({ "cache-control": "no-store" }), false);
  same(await keeps({ "cache-control": "private, max-age=5" }), false);
  same(await keeps({ "cache-control": "max-age=0" }), false);
  same(await keeps({ "set-cookie": "a=b" }), false);
  same(await keeps({ "set-cookie": "a=b", "cache-control": "private=Set-Cookie" }), true);
  same((await cache.match("http://a.test/")).headers.has("set-cookie"), false);
  await cache.put("http://a.test/", new Response("x".repeat(200_000)));
  same(await cache.match("http://a.test/"), undefined);
  let pulled = 0;
  const endless = new ReadableStream({ pull(controller) { pulled++; controller.enqueue(new Uint8Array(10_000)); } });
  await cache.put("http://a.test/", new Response(endless));
  same(await cache.match("http://a.test/"), undefined);
  assert(pulled < 20, pulled);
});

test("what is over is gone", async () => {
  const cache = caches.default;
  await cache.put("http://a.test/", new Response("x", { headers: { "cache-control": "max-age=60, s-maxage=10" } }));
  await scheduler.wait(9_000);
  same(await text(await cache.match("http://a.test/")), "x");
  await scheduler.wait(1_000);
  same(await cache.match("http://a.test/"), undefined);
});

test("caches have names, in their order", async () => {
  await clear();
  alike(await caches.keys(), []);
  same(await caches.has("b"), false);
  const b = await caches.open("b");
  await caches.open("a");
  await caches.open("");
  alike(await caches.keys(), ["b", "a", ""]);
  same(await caches.has("b"), true);
  await b.put("http://a.test/", new Response("of b"));
  const a = await caches.open("a");
  await a.put("http://a.test/", new Response("of a"));
  await caches.default.put("http://a.test/default", new Response("x"));
  same(await text(await caches.match("http://a.test/")), "of b");
  same(await text(await caches.match("http://a.test/", { cacheName: "a" })), "of a");
  same(await caches.match("http://a.test/", { cacheName: "none" }), undefined);
  same(await caches.match("http://a.test/default"), undefined);
  same(await caches.delete("b"), true);
  same(await caches.delete("b"), false);
  same(await text(await caches.match("http://a.test/")), "of a");
  alike(await caches.keys(), ["a", ""]);
});

test("add and addAll fetch what they keep", async () => {
  const cache = await caches.open("added");
  same(await cache.add("http://chunks.test/2"), undefined);
  same(await text(await cache.match("http://chunks.test/2")), "piece0piece1");
  await cache.addAll([new Request("http://chunks.test/1"), "http://chunks.test/3"]);
  same((await cache.keys()).length, 3);
  await cache.addAll([]);
  await rejects(TypeError, cache.addAll(["http://chunks.test/4", "http://status.test/404"]), "404");
  await rejects(TypeError, cache.addAll(["http://chunks.test/4", "http://fail.test/"]));
  await rejects(TypeError, cache.add(new Request("http://chunks.test/4", { method: "POST" })), "GET");
  await rejects("InvalidStateError", cache.addAll(["http://chunks.test/4", "http://chunks.test/4#x"]), "twice");
  await rejects(TypeError, cache.addAll("x"));
  await rejects(TypeError, cache.add());
  same((await cache.keys()).length, 3);
});

test("a worker has so many caches", async () => {
  await clear();
  for (let i = 0; i < 256; i++) await caches.open(`cache ${i}`);
  await rejects("QuotaExceededError", caches.open("one more"), "at most 256 caches");
});

test("it has the standard's shape", async () => {
  same(String(caches), "[object CacheStorage]");
  assert(caches instanceof CacheStorage);
  same(String(caches.default), "[object Cache]");
  assert(caches.default instanceof Cache && !({} instanceof Cache) && !(null instanceof Cache));
  same(caches.default, caches.default);
  throws(TypeError, () => new CacheStorage(), "Illegal constructor");
  throws(TypeError, () => new (caches.default.constructor)(), "Illegal constructor");
  await rejects(TypeError, caches.open.call({}, "x"));
  await rejects(TypeError, caches.default.match.call({}, "http://a.test/"));
  const prototype = Object.getPrototypeOf(caches.default);
  alike(Object.keys(prototype), ["match", "matchAll", "keys", "add", "addAll", "put", "delete"]);
  alike(["match", "matchAll", "add", "addAll", "put", "delete", "keys"].map((name) => prototype[name].length), [1, 0, 1, 1, 2, 1, 0]);
  throws("DataCloneError", () => structuredClone(caches.default));
  same(typeof Cache.get, "function");
});
