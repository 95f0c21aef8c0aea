const url = (text, base) => new URL(text, base);

test("parts of a URL", () => {
  const u = url("https://user:pass@example.com:8080/a/b/../c?x=1&y=2#top");
  same(u.href, "https://user:pass@example.com:8080/a/c?x=1&y=2#top");
  same(u.origin, "https://example.com:8080");
  alike([u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash],
    ["https:", "user", "pass", "example.com:8080", "example.com", "8080", "/a/c", "?x=1&y=2", "#top"]);
  same(`${u}`, u.href);
  same(JSON.stringify({ u }), `{"u":"${u.href}"}`);
});

test("a base is used for what is missing", () => {
  same(url("../x?q", "http://a.test/b/c/d").href, "http://a.test/b/x?q");
  same(url("//b.test", "https://a.test").href, "https://b.test/");
  same(url("", "http://a.test/p?q#h").href, "http://a.test/p?q");
  same(url("http://c.test", undefined).href, "http://c.test/");
  throws(TypeError, () => url("x", "mailto:a@b"), "Invalid URL");
});

test("hosts are made canonical", () => {
  same(url("http://EXAMPLE.com:80/").href, "http://example.com/");
  same(url("http://b\u00fccher.de/").hostname, "xn--bcher-kva.de");
  same(url("http://0x7f.1/").hostname, "127.0.0.1");
  same(url("http://[::0:1]/").hostname, "[::1]");
  same(url("http://\uff45xample.com").hostname, "example.com");
});

test("what is no URL is a TypeError that shows it", () => {
  for (const text of ["", "http://", "/a", "http://a b/", "http://[::1", "http://a:99999/"]) {
    throws(TypeError, () => url(text), `Invalid URL: '${text}'`, text);
    same(URL.canParse(text), false);
    same(URL.parse(text), null);
  }
  throws(TypeError, () => new URL(), "1 argument required");
  throws(TypeError, () => URL("http://a/"));
  throws(TypeError, () => url({ toString() { throw new TypeError("mine"); } }), "mine");
});

test("canParse and parse", () => {
  assert(URL.canParse("x", "http://a.test"));
  assert(URL.parse("x", "http://a.test") instanceof URL);
  same(URL.parse("x", "http://a.test").href, "http://a.test/x");
});

test("setters", () => {
  const u = url("http://a.test/p");
  u.protocol = "https";
  u.host = "b.test:444";
  u.pathname = "x y";
  u.search = "q=\u00e9";
  u.hash = "z";
  u.username = "me";
  u.password = "p@";
  same(u.href, "https://me:p%40@b.test:444/x%20y?q=%C3%A9#z");
  u.port = "443";
  same(u.port, "");
  u.port = "not a port";
  same(u.port, "");
  u.hostname = "";
  same(u.hostname, "b.test");
  u.search = "";
  u.hash = "";
  same(u.href, "https://me:p%40@b.test/x%20y");
  u.href = "ftp://c.test/";
  same(u.origin, "ftp://c.test");
  throws(TypeError, () => { u.href = "nonsense"; }, "Invalid URL: 'nonsense'");
  same(u.href, "ftp://c.test/");
  "use strict";
  u.origin = "http://x.test";
  same(u.origin, "ftp://c.test");
});

test("opaque and special origins", () => {
  same(url("data:text/plain,hi").origin, "null");
  same(url("blob:https://a.test/uuid").origin, "https://a.test");
  same(url("file:///etc/x").origin, "null");
});

test("lone surrogates become U+FFFD", () => {
  same(url("http://a.test/\ud800x").pathname, "/%EF%BF%BDx");
  same(url("http://a.test/\ud83d\ude00").pathname, "/%F0%9F%98%80");
});

test("searchParams and the URL follow each other", () => {
  const u = url("http://a.test/?a=1&b=2#h");
  const p = u.searchParams;
  same(u.searchParams, p);
  p.append("c", "3 4");
  same(u.href, "http://a.test/?a=1&b=2&c=3+4#h");
  u.search = "?z=9";
  same(p.get("a"), null);
  same(p.get("z"), "9");
  p.delete("z");
  same(u.href, "http://a.test/#h");
  same(u.search, "");
  u.href = "http://b.test/?q=1";
  same(p.get("q"), "1");
  u.href = "http://b.test/";
  same(p.size, 0);
});

test("searchParams outlives its URL", () => {
  let p = url("http://a.test/?a=1").searchParams;
  p.append("b", "2");
  same(p.toString(), "a=1&b=2");
});

test("shape of the interface", () => {
  const global = Object.getOwnPropertyDescriptor(globalThis, "URL");
  alike([global.writable, global.enumerable, global.configurable], [true, false, true]);
  same(URL.length, 1);
  same(URL.name, "URL");
  same(Object.prototype.toString.call(url("http://a")), "[object URL]");
  assert(Object.getOwnPropertyDescriptor(URL.prototype, "href").enumerable);
  same(Object.getOwnPropertyDescriptor(URL, "prototype").writable, false);
  throws(TypeError, () => Object.getOwnPropertyDescriptor(URL.prototype, "href").get.call({}), "Illegal invocation");
  throws(TypeError, () => URL.prototype.toString.call(new URLSearchParams()), "Illegal invocation");
  class Mine extends URL { get first() { return this.pathname.split("/")[1]; } }
  same(new Mine("http://a/b/c").first, "b");
});

test("a very long URL is refused, not parsed", () => {
  same(URL.canParse("http://a.test/" + "x".repeat(5 * 1024 * 1024)), false);
});
