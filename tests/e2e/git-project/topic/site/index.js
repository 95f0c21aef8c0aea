export default { fetch: () => new Response("topic") };
