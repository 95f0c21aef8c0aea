//$ no-handler
const listener = (event) => event.respondWith(new Response("x"));
addEventListener("fetch", listener);
removeEventListener("fetch", listener);
addEventListener("message", listener);

//> GET http://a.test/
//! 3 the worker has no handler
