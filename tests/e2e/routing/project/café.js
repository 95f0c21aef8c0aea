export default { fetch(request) { return new Response(`café ${JSON.stringify(request.params ?? {})}`); } };
