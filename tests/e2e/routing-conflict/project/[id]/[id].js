export default { fetch(request) { return new Response(`twice ${JSON.stringify(request.params ?? {})}`); } };
