// Hello, and a path that never ends.
export default {
  fetch(request) {
    if (request.url.endsWith("/spin")) for (;;);
    return new Response("Hello from worker\n", {
      headers: { "x-generated-by": "bench", "content-type": "text/plain" },
    });
  },
};
