export default { fetch: (request) => new Response(new URL(request.url).pathname.slice(1)) };
