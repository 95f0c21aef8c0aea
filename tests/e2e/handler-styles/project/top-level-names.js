const result = "top-level-names";
let error = null;
const self_ = 1;
addEventListener("fetch", (event) => event.respondWith(new Response(error ?? result)));
