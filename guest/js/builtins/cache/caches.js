// The Cache API: https://w3c.github.io/ServiceWorker/#cache-interface, over a store of the host's.
// Cloudflare's `caches.default` is there too, and the host honours what a response says of its age
// (src/bindings/cache_policy.h).
(function (internals) {
  "use strict";

  const { defineInterface, requireArguments, cacheCall, cachePut, cacheRequest, cacheCheck, cacheBody } = internals;
  const { requireObject, sequence } = internals.use("webidl");
  const { fetch, DOMException } = globalThis;

  // abi.h
  const OPEN = 1, HAS = 2, DROP = 3, NAMES = 4, MATCH = 5, ALL = 6, KEYS = 7, DELETE = 8, LIMIT = 9;
  const DEFAULT = 1, IGNORE_SEARCH = 2, IGNORE_VARY = 4, EVERY = 8, TOO_LARGE = 16;

  const secret = Symbol("secret");
  let isCache;
  const { freeze } = Object;
  const getReader = ReadableStream.prototype.getReader;
  const { read, cancel } = ReadableStreamDefaultReader.prototype;
  const apply = Reflect.apply;

  // https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions
  const queryOptions = (options, what) => {
    const given = requireObject(options, `${what}: options`);
    const { ignoreMethod, ignoreSearch, ignoreVary } = given;
    return {
      ignoreMethod: Boolean(ignoreMethod),
      flags: (ignoreSearch ? IGNORE_SEARCH : 0) | (ignoreVary ? IGNORE_VARY : 0),
      cacheName: given.cacheName,
    };
  };

  // The most of a body that is kept; the host has the last word. While a worker loads it says 0.
  let limit = 0;
  const bodyLimit = () => limit ||= cacheCall(LIMIT, DEFAULT, "");

  // A stream's bytes; null when there are more than may be kept: the rest is not read.
  const readAll = async (stream) => {
    const reader = apply(getReader, stream, []);
    const chunks = [];
    let size = 0;
    for (;;) {
      const { done, value } = await apply(read, reader, []);
      if (done) break;
      if (!(value instanceof Uint8Array)) throw new TypeError("the response's stream gave something else than bytes");
      size += value.length;
      if (size > bodyLimit()) {
        apply(cancel, reader, []).catch(() => {});
        return null;
      }
      chunks.push(value);
    }
    const all = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  };

  // https://w3c.github.io/ServiceWorker/#cache-put, from its body on; the checks were made.
  const put = async (place, request, response) => {
    let body = cacheBody(response);
    if (body !== undefined && !(body instanceof Uint8Array)) body = await readAll(body);
    else if (body !== undefined && body.length > bodyLimit()) body = null;
    cachePut(place.flags | (body === null ? TOO_LARGE : 0), place.name, request, response, body ?? undefined);
  };

  // What add() does with one request: https://w3c.github.io/ServiceWorker/#cache-addAll
  const fetchToKeep = async (request, signal) => {
    const response = await fetch(request, { signal });
    if (!response.ok) throw new TypeError(`Cache.add: ${request.url} was answered with ${response.status}`);
    cacheCheck("Cache.add", request, response);
    return response;
  };

  const sameInBatch = (a, b) => {
    if (a.request.url.split("#")[0] !== b.request.url.split("#")[0]) return false;
    const vary = a.response.headers.get("vary") ?? "";
    return vary.split(",").every((name) => {
      const field = name.trim();
      return field === "" || a.request.headers.get(field) === b.request.headers.get(field);
    });
  };

  class Cache {
    #place;

    constructor(token, place) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      this.#place = place;
    }

    async match(request, options = undefined) {
      requireArguments(arguments.length, 1, "Cache.match");
      return matchIn(this.#place, request, queryOptions(options, "Cache.match"));
    }

    async matchAll(request = undefined, options = undefined) {
      return freeze(this.#find(ALL, "Cache.matchAll", request, options));
    }

    async keys(request = undefined, options = undefined) {
      return freeze(this.#find(KEYS, "Cache.keys", request, options));
    }

    async add(request) {
      requireArguments(arguments.length, 1, "Cache.add");
      await this.addAll([request]);
    }

    async addAll(requests) {
      requireArguments(arguments.length, 1, "Cache.addAll");
      const place = this.#place;
      const wanted = sequence(requests, "Cache.addAll: requests", (request) => cacheRequest(request));
      for (const request of wanted) cacheCheck("Cache.addAll", request);
      const abort = new AbortController();
      try {
        const items = await Promise.all(wanted.map(async (request) =>
          ({ request, response: await fetchToKeep(request, abort.signal) })));
        items.forEach((item, i) => {
          for (const other of items.slice(0, i)) {
            if (!sameInBatch(item, other)) continue;
            throw new DOMException(`Cache.addAll: ${item.request.url} is asked for twice`, "InvalidStateError");
          }
        });
        await Promise.all(items.map(({ request, response }) => put(place, request, response)));
      } catch (error) {
        abort.abort();
        throw error;
      }
    }

    async put(request, response) {
      requireArguments(arguments.length, 2, "Cache.put");
      const place = this.#place;
      const asked = cacheRequest(request);
      cacheCheck("Cache.put", asked, response);
      await put(place, asked, response);
    }

    async delete(request, options = undefined) {
      requireArguments(arguments.length, 1, "Cache.delete");
      const { ignoreMethod, flags } = queryOptions(options, "Cache.delete");
      const place = this.#place;
      const asked = cacheRequest(request);
      if (asked.method !== "GET" && !ignoreMethod) return false;
      return cacheCall(DELETE, place.flags | flags, place.name, asked) > 0;
    }

    #find(what, name, request, options) {
      const { ignoreMethod, flags } = queryOptions(options, name);
      const place = this.#place;
      if (request === undefined) return cacheCall(what, place.flags | EVERY, place.name);
      const asked = cacheRequest(request);
      if (asked.method !== "GET" && !ignoreMethod) return [];
      return cacheCall(what, place.flags | flags, place.name, asked);
    }

    static { isCache = (value) => typeof value === "object" && value !== null && #place in value; }
  }

  const matchIn = (place, request, { ignoreMethod, flags }) => {
    const asked = cacheRequest(request);
    if (asked.method !== "GET" && !ignoreMethod) return undefined;
    return cacheCall(MATCH, place.flags | flags, place.name, asked)[0];
  };

  const named = (name) => ({ flags: 0, name });

  // https://w3c.github.io/ServiceWorker/#cachestorage-interface
  class CacheStorage {
    #default;

    constructor(token) {
      if (token !== secret) throw new TypeError("Illegal constructor");
      this.#default = new Cache(secret, { flags: DEFAULT, name: "" });
    }

    // Cloudflare's: it has no name, so that keys() and match() of this know nothing of it.
    get default() { return this.#default; }

    async match(request, options = undefined) {
      this.#default;
      requireArguments(arguments.length, 1, "CacheStorage.match");
      const query = queryOptions(options, "CacheStorage.match");
      if (query.cacheName !== undefined) return matchIn(named(`${query.cacheName}`), request, query);
      for (const name of cacheCall(NAMES, 0, "")) {
        const found = matchIn(named(name), request, query);
        if (found !== undefined) return found;
      }
      return undefined;
    }

    async has(name) {
      this.#default;
      requireArguments(arguments.length, 1, "CacheStorage.has");
      return cacheCall(HAS, 0, `${name}`) > 0;
    }

    async open(name) {
      this.#default;
      requireArguments(arguments.length, 1, "CacheStorage.open");
      const text = `${name}`;
      cacheCall(OPEN, 0, text);
      return new Cache(secret, named(text));
    }

    async delete(name) {
      this.#default;
      requireArguments(arguments.length, 1, "CacheStorage.delete");
      return cacheCall(DROP, 0, `${name}`) > 0;
    }

    async keys() {
      this.#default;
      return cacheCall(NAMES, 0, "");
    }

    static { internals.brands.push((value) => #default in value); }
  }

  for (const constructor of [Cache, CacheStorage]) Object.defineProperty(constructor, "length", { value: 0, configurable: true });
  internals.brands.push((value) => isCache(value));
  defineInterface(Cache, { global: false });
  defineInterface(CacheStorage, { global: false });

  return { CacheStorage, caches: new CacheStorage(secret), isCache };
})
