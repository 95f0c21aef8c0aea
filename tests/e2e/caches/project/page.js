// Renders a page once a minute, whoever asks.
const render = (url) => `<p>rendered for ${url.pathname} at ${Math.random()}</p>\n`;

export default {
  async fetch(request, env, ctx) {
    const cache = caches.default;
    const found = await cache.match(request);
    if (found) {
      const answer = new Response(found.body, found);
      answer.headers.set("x-cache", "HIT");
      return answer;
    }
    const answer = new Response(render(new URL(request.url)), {
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "public, max-age=60" },
    });
    ctx.waitUntil(cache.put(request, answer.clone()));
    return answer;
  },
};
