addEventListener("fetch", (event) => event.respondWith(new Response("first")));
addEventListener("message", (event) => event.respondWith(new Response("other")));
addEventListener("fetch", { handleEvent(event) { event.respondWith(new Response(`last ${event.type}`)); } });

//> GET http://a.test/
//< 200
//< body last fetch
