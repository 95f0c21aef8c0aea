export default function (request, env, ctx) {
  return new Response(typeof ctx.waitUntil === "function" ? "function" : "no ctx");
}
