addEventListener("fetch", (event) => {
  console.log(new Headers({ a: "1", b: "2" }), new URLSearchParams("q=x"));
  console.log(new AbortController().signal, new Proxy(function f() {}, { apply() { throw 1; } }));
  console.log(navigator, crypto, new TextDecoder("latin1"));
  console.log(typeof internals, [new URL("http://a.test/")]);
  const response = new Response("kept");
  console.dir(response);
  event.respondWith(response);
});

//> GET http://x.test/
//< 200
//< body kept
//= info Headers { 'a' => '1', 'b' => '2' } URLSearchParams { 'q' => 'x' }
//= info AbortSignal { aborted: false, reason: undefined, onabort: null } [Function: f]
//= info Navigator {} Crypto { subtle: SubtleCrypto {} } TextDecoder {\n  encoding: 'windows-1252',\n  fatal: false,\n  ignoreBOM: false\n}
//= info undefined [\n  URL {\n    href: 'http://a.test/',\n    origin: 'http://a.test',\n    protocol: 'http:',\n    username: '',\n    password: '',\n    host: 'a.test',\n    hostname: 'a.test',\n    port: '',\n    pathname: '/',\n    search: '',\n    searchParams: [Object],\n    hash: ''\n  }\n]
//= info Response {\n  type: 'default',\n  url: '',\n  redirected: false,\n  status: 200,\n  ok: true,\n  statusText: '',\n  headers: Headers { 'content-type' => 'text/plain;charset=UTF-8' },\n  bodyUsed: false\n}
