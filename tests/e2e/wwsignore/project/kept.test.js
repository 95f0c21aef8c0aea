export default { fetch: () => new Response("kept.test.js") };
