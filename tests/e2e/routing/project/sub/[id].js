export default { fetch(request) { return new Response(`sub/[id] ${JSON.stringify(request.params ?? {})}`); } };
