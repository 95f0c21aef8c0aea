addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  const path = new URL(request.url).pathname;
  const seen = (response) => new Response(response.headers.get("x-request"));
  switch (path) {
    case "/plain": return seen(await fetch("http://echo.test/a?b#c"));
    case "/pass": return fetch("http://chunks.test/3");
    case "/body": {
      const response = await fetch(new URL("http://echo.test/"), { method: "post", body: "data", headers: { "X-A": "1" } });
      return new Response(response.headers.get("x-request") + " > " + await response.text());
    }
    case "/facts": {
      const response = await fetch("http://redirect.test/");
      const { status, ok, statusText, url, redirected, type } = response;
      return Response.json({ status, ok, statusText, url, redirected, type });
    }
    case "/fail": return fetch("http://fail.test/").catch((e) => new Response(`${e.name}: ${e.message}`));
    case "/bad-url": return fetch("not a url").catch((e) => new Response(e.name));
    case "/get-body": return fetch("http://echo.test/", { body: "x" }).catch((e) => new Response(e.message));
    case "/many": {
      const all = await Promise.all([1, 2, 3].map(async (n) => (await fetch(`http://chunks.test/${n}`)).text()));
      return new Response(all.join());
    }
    case "/broken": return (await fetch("http://broken.test/")).text().catch((e) => new Response(`${e}`));
    case "/broken-pass": return fetch("http://broken.test/");
    case "/status": {
      const response = await fetch("http://status.test/204");
      return new Response(`${response.status} ${response.body}`);
    }
    case "/stream-up": {
      const body = new ReadableStream({
        start(controller) {
          for (const text of ["up", "load"]) controller.enqueue(new TextEncoder().encode(text));
          controller.close();
        },
      });
      return fetch("http://echo.test/", { method: "POST", body, duplex: "half" });
    }
    case "/proxy": return fetch("http://echo.test/", request);
    case "/proxy-body": return fetch("http://echo.test/", { method: "PUT", body: request.body });
    case "/redirect-modes": {
      const one = await fetch("http://echo.test/", { redirect: "manual" });
      const two = await fetch(new Request("http://echo.test/", { redirect: "error" }));
      return new Response([one, two].map((r) => r.headers.get("x-request")).join());
    }
    case "/abort": {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10);
      return fetch("http://slow.test/", { signal: controller.signal }).catch((e) => new Response(`${e.name} ${e === controller.signal.reason}`));
    }
    case "/aborted": return fetch("http://slow.test/", { signal: AbortSignal.abort(new Error("mine")) }).catch((e) => new Response(e.message));
    case "/abort-body": {
      const controller = new AbortController();
      const response = await fetch("http://chunks.test/5", { signal: controller.signal });
      const reader = response.body.getReader();
      await reader.read();
      controller.abort();
      return reader.read().then(() => new Response("?"), (e) => new Response(e.name));
    }
    case "/abort-text": {
      const controller = new AbortController();
      const response = await fetch("http://chunks.test/5", { signal: controller.signal });
      const text = response.text();
      controller.abort();
      return text.then(() => new Response("?"), (e) => new Response(e.name));
    }
    case "/timeout": return fetch("http://slow.test/", { signal: AbortSignal.timeout(5) }).catch((e) => new Response(e.name));
    case "/client": {
      try { await fetch("http://slow.test/", { signal: request.signal }); }
      catch (e) { console.log(`client: ${e.name} ${request.signal.aborted}`); return new Response("nobody reads this"); }
    }
    case "/clone": {
      const response = await fetch("http://chunks.test/2");
      const copy = response.clone();
      return new Response(await response.text() + "+" + await copy.text());
    }
    case "/immutable": {
      const response = await fetch("http://echo.test/");
      try { response.headers.set("a", "b"); } catch (e) { return new Response(e.name); }
    }
    case "/changed": {
      const response = await fetch("http://chunks.test/2");
      const changed = new Response(response.body, response);
      changed.headers.set("x-more", "yes");
      return changed;
    }
  }
}

//> GET http://a.test/plain
//< 200
//< body GET http://echo.test/a?b

//> GET http://a.test/pass
//< 200 OK
//< chunks piece0|piece1|piece2

//> GET http://a.test/pass
//> wait
//< 200 OK
//< chunks piece0|piece1|piece2

//> GET http://a.test/pass
//> gone-on-write
//< 200 OK
//< chunks piece0

//> GET http://a.test/body
//< 200
//< body POST http://echo.test/|x-a: 1|content-type: text/plain;charset=UTF-8 > data

//> GET http://a.test/facts
//< 200
//< body {"status":200,"ok":true,"statusText":"OK","url":"http://status.test/200","redirected":true,"type":"basic"}

//> GET http://a.test/fail
//< 200
//< body TypeError: cannot connect to fail.test: refused

//> GET http://a.test/bad-url
//< 200
//< body TypeError

//> GET http://a.test/get-body
//< 200
//< body Request: GET and HEAD have no body

//> GET http://a.test/many
//< 200
//< body piece0,piece0piece1,piece0piece1piece2

//> GET http://a.test/broken
//< 200
//< body TypeError: the connection broke

//> GET http://a.test/broken-pass
//< 200 OK
//< chunks some
//< aborted
//! 5 TypeError: the connection broke

//> GET http://a.test/status
//< 200
//< body 204 null

//> GET http://a.test/stream-up
//< 200 OK
//< body upload

//> POST http://a.test/proxy
//> x-b: 2
//> stream one|two
//< 200 OK
//< x-request: POST http://echo.test/|x-b: 2
//< body onetwo

//> POST http://a.test/proxy-body
//> body inline
//< 200 OK
//< x-request: PUT http://echo.test/
//< body inline

//> GET http://a.test/redirect-modes
//< 200
//< body GET http://echo.test/|redirect manual,GET http://echo.test/|redirect error

//> GET http://a.test/abort
//< 200
//< body AbortError true

//> GET http://a.test/aborted
//< 200
//< body mine

//> GET http://a.test/abort-body
//< 200
//< body AbortError

//> GET http://a.test/abort-text
//< 200
//< body AbortError

//> GET http://a.test/timeout
//< 200
//< body TimeoutError

//> GET http://a.test/client
//> gone
//< 200
//= info client: AbortError true

//> GET http://a.test/clone
//< 200
//< body piece0piece1+piece0piece1

//> GET http://a.test/immutable
//< 200
//< body TypeError

//> GET http://a.test/changed
//< 200 OK
//< x-more: yes
//< chunks piece0|piece1
