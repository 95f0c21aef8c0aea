// Lines inside a value are indented by the value's level, whoever writes them.
class Pair {
  [Symbol.for("nodejs.util.inspect.custom")]() { return "Pair {\n  left\n}"; }
}

class Wrapped {
  [Symbol.for("nodejs.util.inspect.custom")]() { return { wraps: new Pair() }; }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).pathname === "/request") console.log(request);
  else if (new URL(request.url).pathname === "/list") console.log([request.headers]);
  else console.log({ pair: new Pair(), wrapped: new Map([[1, new Wrapped()]]) });
  console.log("formData" in request, "blob" in request, "formData" in new Response());
  event.respondWith(new Response("done"));
});

//> GET http://x.test/request
//> accept: text/html,application/xhtml+xml,application/xml;q=0.9
//> accept-language: de-CH,de;q=0.9,en;q=0.8
//< 200
//= info Request {\n  method: 'GET',\n  url: 'http://x.test/request',\n  headers: Headers {\n    'accept' => 'text/html,application/xhtml+xml,application/xml;q=0.9',\n    'accept-language' => 'de-CH,de;q=0.9,en;q=0.8'\n  },\n  destination: '',\n  referrer: 'about:client',\n  referrerPolicy: '',\n  mode: 'cors',\n  credentials: 'same-origin',\n  cache: 'default',\n  redirect: 'follow',\n  integrity: '',\n  keepalive: false,\n  isReloadNavigation: false,\n  isHistoryNavigation: false,\n  duplex: 'half',\n  params: {},\n  bodyUsed: false\n}
//= info true true true

//> GET http://x.test/list
//> accept: text/html,application/xhtml+xml,application/xml;q=0.9
//> accept-language: de-CH,de;q=0.9,en;q=0.8
//< 200
//= info [\n  Headers {\n    'accept' => 'text/html,application/xhtml+xml,application/xml;q=0.9',\n    'accept-language' => 'de-CH,de;q=0.9,en;q=0.8'\n  }\n]
//= info true true true

//> GET http://x.test/custom
//< 200
//= info {\n  pair: Pair {\n    left\n  },\n  wrapped: Map(1) {\n    1 => {\n      wraps: Pair {\n        left\n      }\n    }\n  }\n}
//= info true true true
