export default { fetch(request) { return new Response(`js ${JSON.stringify(request.params ?? {})}`); } };
