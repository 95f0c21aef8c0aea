const cache = caches.default;
const count = await cache.match("http://x.test/") === undefined ? 0 : 1;

export default {
  async fetch() {
    await cache.put("http://x.test/", new Response("kept"));
    return new Response(`${count}`);
  },
};
