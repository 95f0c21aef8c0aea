export default { fetch(request) { return new Response(`about ${JSON.stringify(request.params ?? {})}`); } };
