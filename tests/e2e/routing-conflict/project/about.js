export default { fetch(request) { return new Response(`about.js ${JSON.stringify(request.params ?? {})}`); } };
