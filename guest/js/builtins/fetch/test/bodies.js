addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  switch (new URL(request.url).pathname) {
    case "/text": return new Response(await request.text());
    case "/json": return Response.json((await request.json()).a);
    case "/bytes": return new Response((await request.bytes()).reverse());
    case "/buffer": return new Response(await request.arrayBuffer());
    case "/template": return new Response(`${request.body}!` + request.body);
    case "/absent": return new Response(String(request.body) + " " + (await request.text()).length);
    case "/through": return new Response(request.body, { headers: { "content-type": "a/b" } });
    case "/twice": {
      await request.text();
      return request.text().then(() => new Response("?"), (e) => new Response(`${e} ${request.bodyUsed}`));
    }
    case "/clone": {
      const copy = request.clone();
      return new Response(await request.text() + "+" + await copy.text());
    }
    case "/stream": {
      let text = "";
      for await (const chunk of request.body) text += `[${new TextDecoder().decode(chunk)}]`;
      return new Response(text + request.bodyUsed);
    }
    case "/reader": {
      const reader = request.body.getReader();
      const { value } = await reader.read();
      await reader.cancel();
      return new Response(`${value.length} ${request.bodyUsed}`);
    }
    case "/locked": {
      request.body.getReader();
      return request.text().then(() => new Response("?"), (e) => new Response(`${e} ${request.bodyUsed}`));
    }
    case "/wrap": return new Response(await new Request(request, { headers: { a: "b" } }).text() + request.bodyUsed);
    case "/transform": {
      const upper = new TransformStream({
        transform(chunk, controller) { controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase())); },
      });
      return new Response(request.body.pipeThrough(upper));
    }
  }
}

//> POST http://a.test/text
//> body caf\xc3\xa9 \xff
//< 200
//< body caf\xc3\xa9 \xef\xbf\xbd

//> POST http://a.test/text
//> body \xef\xbb\xbfmark
//< 200
//< body mark

//> POST http://a.test/text
//> stream one |two| three
//< 200
//< body one two three

//> POST http://a.test/json
//> body {"a": {"b": null}}
//< 200
//< body {"b":null}

//> POST http://a.test/json
//> body {"a"
//! 2 SyntaxError

//> POST http://a.test/json
//> stream {"a|": 1|2}
//< 200
//< body 12

//> POST http://a.test/bytes
//> body abc
//< 200
//< body cba

//> POST http://a.test/buffer
//> stream a|bc
//< 200
//< body abc

//> POST http://a.test/template
//> body posted
//< 200
//< body posted!posted

//> POST http://a.test/absent
//< 200
//< body null 0

//> POST http://a.test/through
//> body all of it
//< 200
//< content-type: a/b
//< body all of it

//> POST http://a.test/through
//> stream one|two
//< 200
//< chunks one|two

//> POST http://a.test/through
//> wait
//> stream one|two|three
//< 200
//< chunks one|two|three

//> POST http://a.test/twice
//> body x
//< 200
//< body TypeError: the body was used already, or is locked true

//> POST http://a.test/clone
//> body x
//< 200
//< body x+x

//> POST http://a.test/clone
//> stream a|b
//< 200
//< body ab+ab

//> POST http://a.test/stream
//> body all
//< 200
//< body [all]true

//> POST http://a.test/stream
//> stream a|b|c
//< 200
//< body [a][b][c]true

//> POST http://a.test/stream
//> stream a|!the client went away
//! 2 TypeError: the client went away

//> POST http://a.test/text
//> stream a|!the client went away
//! 2 TypeError: the client went away

//> POST http://a.test/reader
//> stream abc|def
//< 200
//< body 3 true

//> POST http://a.test/locked
//> body x
//< 200
//< body TypeError: the body was used already, or is locked false

//> POST http://a.test/wrap
//> body inner
//< 200
//< body innertrue

//> POST http://a.test/wrap
//> stream in|ner
//< 200
//< body innertrue

//> POST http://a.test/transform
//> stream ab|cd
//< 200
//< chunks AB|CD
