const cache = caches.default;
addEventListener("fetch", (event) => event.respondWith((async () => {
  const key = new URL("/key", event.request.url);
  const found = await cache.match(key);
  await cache.put(key, new Response("kept"));
  return new Response(`${found === undefined} ${await (await cache.match(key))?.text()}`);
})()));

//> GET http://a.test/
//< 200
//< body true kept
