// Asks the fixture when the answer is on its way.
export default (request, env, ctx) => {
  const after = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const heard = await (await fetch("{{upstream}}/echo")).json();
    console.log("later:", heard.headers.traceparent);
    throw new Error("after the answer");
  };
  ctx.waitUntil(after());
  return new Response("answered");
};
