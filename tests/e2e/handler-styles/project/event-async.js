addEventListener("fetch", (event) => {
  event.respondWith((async () => {
    await null;
    return new Response("event-async");
  })());
});
