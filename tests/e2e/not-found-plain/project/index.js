export default { fetch(request) { return new Response(`index ${JSON.stringify(request.params ?? {})}`); } };
