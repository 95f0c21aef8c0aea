export default { fetch(request) { return new Response(`fine ${JSON.stringify(request.params ?? {})}`); } };
