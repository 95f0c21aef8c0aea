addEventListener("fetch", (event) => event.respondWith(new Response("first")));
addEventListener("fetch", (event) => event.respondWith(new Response("last-listener")));
