addEventListener("fetch", (event) => {
  event.waitUntil(fetch("{{upstream}}/hello").then((response) => response.text()));
  event.respondWith(new Response("answered first"));
});
