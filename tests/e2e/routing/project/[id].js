export default { fetch(request) { return new Response(`[id] ${JSON.stringify(request.params ?? {})}`); } };
