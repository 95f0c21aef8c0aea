export default { fetch(request) { return new Response(`hidden worker ${JSON.stringify(request.params ?? {})}`); } };
