export default { fetch(request) { return new Response(`u ${JSON.stringify(request.params ?? {})}`); } };
