export default { fetch(request) { return new Response(`dynamic ${JSON.stringify(request.params ?? {})}`); } };
