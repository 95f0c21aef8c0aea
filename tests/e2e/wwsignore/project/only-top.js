export default { fetch: () => new Response("only-top.js") };
