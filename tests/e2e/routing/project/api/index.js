export default { fetch(request) { return new Response(`api/index ${JSON.stringify(request.params ?? {})}`); } };
