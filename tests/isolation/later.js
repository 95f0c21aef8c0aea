export default {
  async fetch(request, env, ctx) {
    if (request.url.endsWith("/read")) return new Response(Cache.get("state"));
    ctx.waitUntil(new Promise(resolve => setTimeout(resolve, 20)).then(() => Cache.set("state", "done")));
    return new Response("accepted");
  },
};
