export default { fetch(request) { return new Response(`quick ${JSON.stringify(request.params ?? {})}`); } };
