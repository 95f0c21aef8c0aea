export default {
  fetch(request, env, ctx) {
    ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 50)).then(() => console.log("went on afterwards")));
    return new Response("answered first");
  },
};
