export default { fetch: () => new Response("sub/y.test.js") };
