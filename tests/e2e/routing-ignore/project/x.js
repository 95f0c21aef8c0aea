export default { fetch(request) { return new Response(`x ${JSON.stringify(request.params ?? {})}`); } };
