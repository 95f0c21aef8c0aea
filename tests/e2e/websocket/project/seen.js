export default (request) => new Response(Cache.get(new URL(request.url).searchParams.get("key")) ?? "nothing");
