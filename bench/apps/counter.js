// Counts its requests: in the key/value store where there is one, in a Map of the shared process where not.
const values = new Map();
const store = typeof globalThis.Cache?.get === "function"
  ? globalThis.Cache
  : { get: (key) => values.get(key), set: (key, value) => values.set(key, value) };

export default {
  fetch() {
    const count = Number(store.get("count") ?? 0) + 1;
    store.set("count", String(count));
    return new Response(`${count}\n`, { headers: { "content-type": "text/plain" } });
  },
};
