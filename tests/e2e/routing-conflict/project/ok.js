export default { fetch(request) { return new Response(`ok ${JSON.stringify(request.params ?? {})}`); } };
