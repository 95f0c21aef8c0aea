export default { fetch(request) { return new Response(`w ${JSON.stringify(request.params ?? {})}`); } };
