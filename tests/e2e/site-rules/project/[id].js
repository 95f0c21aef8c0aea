export default { fetch: (request) => new Response(`worker ${new URL(request.url).pathname}`) };
