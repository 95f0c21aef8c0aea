let warm = 0;
let kept;
addEventListener("fetch", (event) => {
  ++warm;
  const before = kept;
  kept = event.request;
  event.respondWith(new Response(`${warm} ${before?.url ?? "-"} ${before?.headers.get("a") ?? "-"}`));
});

//> GET http://warm.test/first
//> warmup
//> a: one
//< 200
//< body 1 - -

//> GET http://warm.test/second
//> warmup
//< 200
//< body 2 http://warm.test/first one

//> GET http://a.test/
//< 200
//< body 3 http://warm.test/second -

//> GET http://a.test/
//< 200
//< body 3 http://warm.test/second -
