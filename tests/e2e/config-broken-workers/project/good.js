export default { fetch(request) { return new Response(`good ${JSON.stringify(request.params ?? {})}`); } };
