export default {
  fetch(request, env) {
    const count = Number(Cache.get("counter") ?? 0) + 1;
    Cache.set("counter", count);
    return Response.json({ greeting: env.GREETING, token: env.TOKEN, count });
  },
};
