addEventListener("fetch", (event) => {
  const target = new EventTarget();
  const path = new URL(event.request.url).pathname;
  if (path === "/report") reportError(new RangeError("mine"));
  if (path === "/listener") {
    target.addEventListener("x", () => { throw new TypeError("in a listener"); });
    target.addEventListener("x", () => console.log("the next one runs"));
    target.dispatchEvent(new Event("x"));
  }
  event.respondWith(new Response("fine"));
});

//> GET http://x.test/report
//< 200
//< body fine
//! 4 RangeError: mine

//> GET http://x.test/listener
//< 200
//< body fine
//! 4 TypeError: in a listener
//= info the next one runs
