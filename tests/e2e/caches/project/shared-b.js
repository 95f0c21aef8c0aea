// What another worker keeps, and what one of its own does.
export default {
  async fetch(request) {
    const url = new URL(request.url);
    const of = url.searchParams.get("of");
    const cache = of ? await caches.open(of) : caches.default;
    const key = new URL(url.searchParams.get("key") ?? "/key", url);
    if (request.method === "PUT") {
      await cache.put(key, new Response(request.body, { headers: request.headers }));
      return new Response("put");
    }
    if (request.method === "DELETE") return new Response(`${of ? await caches.delete(of) : await cache.delete(key)}`);
    const found = await cache.match(key);
    return found ?? new Response("nothing", { status: 404 });
  },
};
