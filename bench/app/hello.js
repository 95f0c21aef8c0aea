addEventListener("fetch", (event) =>
  event.respondWith(new Response("Hello from worker\n", {
    headers: { "x-generated-by": "wws", "content-type": "text/plain" },
  })));
