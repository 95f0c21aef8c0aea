export default { fetch(request) { return new Response(`y ${JSON.stringify(request.params ?? {})}`); } };
