export default { fetch(request) { return new Response(`target ${JSON.stringify(request.params ?? {})}`); } };
