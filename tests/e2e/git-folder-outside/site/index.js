export default { fetch: () => new Response("first") };
