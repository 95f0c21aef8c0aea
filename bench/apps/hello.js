// Eighteen bytes.
export default {
  fetch() {
    return new Response("Hello from worker\n", {
      headers: { "x-generated-by": "bench", "content-type": "text/plain" },
    });
  },
};
