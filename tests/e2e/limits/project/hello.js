export default { fetch(request) { return new Response(`hello ${JSON.stringify(request.params ?? {})}`); } };
