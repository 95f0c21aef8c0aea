const big = {};
for (let i = 0; i < 20000; i++) big[`key${i}`] = "value".repeat(10);
const chain = {};
for (let at = chain, i = 0; i < 100000; i++) at = at.next = {};

addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (path === "/many") {
    console.log([...Array(103).keys()].map(() => "a long enough text"));
    console.log(new Set(Array(0)), new Uint8Array(200).length);
  }
  if (path === "/deep") {
    console.dir(chain, { depth: 1 });
    let error = new Error("last");
    error.stack = "";
    for (let i = 0; i < 50; i++) {
      error = new Error(`e${i}`, { cause: error });
      error.stack = "";
    }
    console.log(error);
  }
  if (path === "/huge") {
    console.log(big);
    console.log("x".repeat(1000000));
    console.log(["y".repeat(10050)]);
  }
  if (path === "/proxies") {
    let p = {};
    for (let i = 0; i < 200; i++) p = new Proxy(p, {});
    console.log(p);
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    console.log(revoked.proxy);
  }
  event.respondWith(new Response("done"));
});

//> GET http://x.test/deep
//< 200
//< body done

//> GET http://x.test/huge
//< 200
//< body done

//> GET http://x.test/proxies
//< 200
//= info [Proxy]
//= info null
