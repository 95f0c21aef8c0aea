export default {
  async fetch(request) {
    await caches.default.put(request, new Response("kept"));
    return new Response(`${await (await caches.default.match(request))?.text()}`);
  },
};
