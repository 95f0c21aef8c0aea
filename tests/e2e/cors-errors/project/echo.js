export default { fetch: async (request) => new Response(request.method + (await request.text()).length) };
