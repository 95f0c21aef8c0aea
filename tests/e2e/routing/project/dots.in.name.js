export default { fetch(request) { return new Response(`dots.in.name ${JSON.stringify(request.params ?? {})}`); } };
