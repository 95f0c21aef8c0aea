export default { fetch(request) { return new Response(`[id]/fixed ${JSON.stringify(request.params ?? {})}`); } };
