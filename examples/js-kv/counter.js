export default {
  fetch() {
    const count = Number(Cache.get("counter") ?? 0) + 1;
    Cache.set("counter", count);
    return new Response(`Counter: ${count}\n`, { headers: { "content-type": "text/plain; charset=utf-8" } });
  },
};
