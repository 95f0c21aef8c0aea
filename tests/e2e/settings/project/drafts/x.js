export default { fetch: () => new Response("a draft") };
