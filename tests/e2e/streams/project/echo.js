export default { fetch: (request) => new Response(request.body) };
