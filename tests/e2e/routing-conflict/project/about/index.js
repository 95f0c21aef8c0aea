export default { fetch(request) { return new Response(`about/index.js ${JSON.stringify(request.params ?? {})}`); } };
