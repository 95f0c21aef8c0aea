addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

function answer(request) {
  const url = new URL(request.url);
  switch (url.pathname) {
    case "/hello": return new Response("hi");
    case "/promise": return Promise.resolve(new Response("later"));
    case "/async": return (async () => { await null; return new Response("after a while"); })();
    case "/timer": return new Promise((resolve) => setTimeout(() => resolve(new Response("tick")), 50));
    case "/thenable": return { then(resolve) { resolve(new Response("thenable")); } };
    case "/echo": return new Response(`${request.method} ${url.search} ${request.headers.get("X-Test")}`);
    case "/status": return new Response("made", { status: 201, statusText: "Made it", headers: { "X-A": "1" } });
    case "/null": return new Response(null, { status: 204 });
    case "/bytes": return new Response(new Uint8Array([104, 105]));
    case "/unicode": return new Response("caf\u00e9 \u{1f600} \ud800");
    case "/json": return Response.json({ a: [1, "é"] }, { status: 202 });
    case "/form": return new Response(new URLSearchParams({ a: "1 2" }));
    case "/redirect": return Response.redirect("/there");
    case "/cookies": {
      const response = new Response("c");
      response.headers.append("Set-Cookie", "a=1");
      response.headers.append("Set-Cookie", "b=2");
      return response;
    }
    case "/params": return new Response(JSON.stringify(request.params));
    case "/large": return new Response("x".repeat(100000));
    case "/object": return new Response({});
    case "/seen": {
      const response = new Response("seen");
      response.headers.get("content-type");
      return response;
    }
  }
}

//> GET http://a.test/hello
//< 200
//< content-type: text/plain;charset=UTF-8
//< body hi

//> GET http://a.test/promise
//< 200
//< body later

//> GET http://a.test/async
//< 200
//< body after a while

//> GET http://a.test/timer
//< 200
//< body tick

//> GET http://a.test/thenable
//< 200
//< body thenable

//> PATCH http://a.test/echo?q=1
//> x-test: seen
//< 200
//< body PATCH ?q=1 seen

//> GET http://a.test/status
//< 201 Made it
//< x-a: 1
//< content-type: text/plain;charset=UTF-8
//< body made

//> GET http://a.test/null
//< 204
//< content-type:
//< body

//> GET http://a.test/bytes
//< 200
//< content-type:
//< body hi

//> GET http://a.test/unicode
//< 200
//< body caf\xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbd

//> GET http://a.test/json
//< 202
//< content-type: application/json
//< body {"a":[1,"\xc3\xa9"]}

//> GET http://a.test/form
//< 200
//< content-type: application/x-www-form-urlencoded;charset=UTF-8
//< body a=1+2

//> GET http://a.test/redirect
//< 302
//< location: /there
//< content-type:
//< body

//> GET http://a.test/cookies
//< 200
//< set-cookie: a=1|b=2
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/params
//> param id=42
//> param name=x y
//< 200
//< body {"id":"42","name":"x y"}

//> GET http://a.test/large
//> x-long: 0123456789
//< 200

//> GET http://a.test/object
//< 200
//< body [object Object]

//> GET http://a.test/seen
//< 200
//< content-type: text/plain;charset=UTF-8
//< body seen
