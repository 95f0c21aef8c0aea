export default { fetch: () => new Response("no files here\n") };
