export default { fetch: () => new Response("second") };
