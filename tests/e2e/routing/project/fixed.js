export default { fetch(request) { return new Response(`fixed ${JSON.stringify(request.params ?? {})}`); } };
