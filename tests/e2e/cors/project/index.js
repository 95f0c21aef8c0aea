export default { fetch(request) { return new Response(`plain ${JSON.stringify(request.params ?? {})}`); } };
