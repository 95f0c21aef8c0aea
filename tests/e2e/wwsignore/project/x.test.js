export default { fetch: () => new Response("x.test.js") };
