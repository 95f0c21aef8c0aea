export default { fetch(request) { return new Response(`sub/sub/[...all] ${JSON.stringify(request.params ?? {})}`); } };
