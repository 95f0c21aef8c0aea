// While evaluation waits, a listener may still come.
await new Promise((resolve) => setTimeout(resolve, 1));
addEventListener("fetch", (event) => event.respondWith(new Response("late")));

//> GET http://a.test/
//< 200
//< body late
