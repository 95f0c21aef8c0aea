export default { fetch: () => new Response("lib/in.js") };
