const big = {};
for (let i = 0; i < 20000; i++) big[`key${i}`] = "value".repeat(10);
const chain = {};
for (let at = chain, i = 0; i < 100000; i++) at = at.next = {};

addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (path === "/many") {
    console.log(new Uint8Array(103));
    console.log([..."0123456"].map(() => "longer than 16 characters"));
  }
  if (path === "/deep") {
    console.dir(chain, { depth: 1 });
    console.dir(chain, { depth: null });
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

//> GET http://x.test/many
//< 200
//= info Uint8Array(103) [\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,\n  ... 3 more items\n]
//= info [\n  'longer than 16 characters',\n  'longer than 16 characters',\n  'longer than 16 characters',\n  'longer than 16 characters',\n  'longer than 16 characters',\n  'longer than 16 characters',\n  'longer than 16 characters'\n]

//> GET http://x.test/deep
//< 200
//< body done

//> GET http://x.test/huge
//< 200
//< body done

//> GET http://x.test/proxies
//< 200
//= info [Proxy]
//= info <Revoked Proxy>
