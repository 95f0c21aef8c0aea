export default { fetch(request) { return new Response(`test ${JSON.stringify(request.params ?? {})}`); } };
