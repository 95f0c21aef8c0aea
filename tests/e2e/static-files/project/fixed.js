export default { fetch(request) { return new Response(`worker ${JSON.stringify(request.params ?? {})}`); } };
