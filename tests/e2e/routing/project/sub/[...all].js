export default { fetch(request) { return new Response(`sub/[...all] ${JSON.stringify(request.params ?? {})}`); } };
