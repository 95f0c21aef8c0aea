export default {
  async fetch(request) {
    const cache = await caches.open("pages");
    const url = new URL(request.url).searchParams.get("url");
    let found = await cache.match(url);
    const was = found === undefined ? "fetched" : "kept";
    if (!found) {
      await cache.add(url);
      found = await cache.match(url);
    }
    return Response.json({ was, url: found.url, status: found.status, body: await found.text(), names: await caches.keys() });
  },
};
