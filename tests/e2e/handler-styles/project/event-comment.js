// export default nothing: a comment does not make a module
addEventListener("fetch", (event) => event.respondWith(new Response("event-comment")));
