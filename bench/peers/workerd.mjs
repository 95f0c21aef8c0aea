export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/spin") for (;;);
    return new Response("Hello from worker\n", { headers: { "x-generated-by": "workerd", "content-type": "text/plain" } });
  },
};
