addEventListener("fetch", (event) => {
  setTimeout(() => { throw new Error("in a timer"); }, 1);
  queueMicrotask(() => { throw new Error("in a microtask"); });
  event.respondWith(new Promise((resolve) => setTimeout(() => resolve(new Response("fine")), 5)));
});

//> GET http://a.test/
//< 200
//< body fine
//! 4 Error: in a microtask
//! 4 Error: in a timer
