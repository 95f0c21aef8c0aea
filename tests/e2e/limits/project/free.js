export default { fetch(request) { return new Response(`free ${JSON.stringify(request.params ?? {})}`); } };
