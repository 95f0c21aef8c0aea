addEventListener("fetch", (event) => event.respondWith(new Response(`You sent: ${event.request.body}`)));
