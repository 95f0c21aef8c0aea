export default {
  async fetch(request) {
    if (request.url.includes("count")) return new Response(String(Object.keys(Cache.state).length));
    const key = `key-${crypto.randomUUID()}`;
    await new Promise((resolve) => setTimeout(resolve, 5));
    Cache.set(key, "1");
    return new Response(key);
  },
};
