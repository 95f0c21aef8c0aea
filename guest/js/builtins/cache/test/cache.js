addEventListener("fetch", (event) => {
  Cache.set("count", 1);
  Cache.set("text", "é");
  Cache.set("gone", "x");
  Cache.delete("gone");
  event.respondWith(Response.json([Cache.get("count"), Cache.get("text"), typeof Cache.get("none"), Cache.list(), Cache.state]));
});

//> GET http://a.test/
//< 200
//< body ["1","é","undefined",{"count":"1","text":"é"},{"count":"1","text":"é"}]
//kv count=1
//kv gone=none
