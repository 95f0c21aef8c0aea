export default { fetch: () => new Response("sub/only-top.js") };
