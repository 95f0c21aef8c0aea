export default { fetch(request) { return new Response(`helper worker ${JSON.stringify(request.params ?? {})}`); } };
