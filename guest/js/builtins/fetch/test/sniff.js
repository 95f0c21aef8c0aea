// A text that begins like a document, of a type that the worker did not choose, is HTML.
const texts = {
  doctype: "<!DOCTYPE html><p>x", spaces: " \t\r\n<html>", upper: "<H1 class=a>", comment: "<!-- x",
  wide: "<p>\u4e2d", entity: "&lt;html>", notTag: "<html", longer: "<bodyguard>", text: "a <p>", xml: "<?xml ?>",
};
addEventListener("fetch", ({ request, respondWith }) => {});
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const text = texts[url.pathname.slice(1)] ?? "<p>x</p>";
  const response = () => {
    switch (url.pathname) {
      case "/chosen": return new Response(text, { headers: { "Content-Type": "text/plain" } });
      case "/set": { const r = new Response(text); r.headers.set("content-type", "text/plain;charset=UTF-8"); return r; }
      case "/deleted": { const r = new Response(text); r.headers.delete("content-type"); return r; }
      case "/looked": { const r = new Response(text); r.headers.set("x-a", "1"); [...r.headers]; return r; }
      case "/bytes": return new Response(new TextEncoder().encode(text));
      default: return new Response(text);
    }
  };
  event.respondWith(response());
});

//> GET http://a.test/doctype
//< 200
//< content-type: text/html; charset=utf-8

//> GET http://a.test/spaces
//< 200
//< content-type: text/html; charset=utf-8

//> GET http://a.test/upper
//< 200
//< content-type: text/html; charset=utf-8

//> GET http://a.test/comment
//< 200
//< content-type: text/html; charset=utf-8

//> GET http://a.test/wide
//< 200
//< content-type: text/html; charset=utf-8

//> GET http://a.test/entity
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/notTag
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/longer
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/text
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/xml
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/chosen
//< 200
//< content-type: text/plain

//> GET http://a.test/set
//< 200
//< content-type: text/plain;charset=UTF-8

//> GET http://a.test/deleted
//< 200
//< content-type:

//> GET http://a.test/looked
//< 200
//< x-a: 1
//< content-type: text/html; charset=utf-8

//> GET http://a.test/bytes
//< 200
//< content-type:
