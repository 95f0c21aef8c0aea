export default { fetch(request) { return new Response(`with space ${JSON.stringify(request.params ?? {})}`); } };
