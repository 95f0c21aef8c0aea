export default { fetch(request) { return new Response(`s ${JSON.stringify(request.params ?? {})}`); } };
