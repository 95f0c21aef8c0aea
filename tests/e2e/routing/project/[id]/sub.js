export default { fetch(request) { return new Response(`[id]/sub ${JSON.stringify(request.params ?? {})}`); } };
