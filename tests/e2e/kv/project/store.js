export default {
  fetch(request) {
    const query = new URL(request.url).searchParams;
    if (query.has("get")) return new Response(String(Cache.get(query.get("get"))));
    if (query.has("delete")) Cache.delete(query.get("delete"));
    const before = query.has("set") ? String(Cache.get(query.get("set"))) : "";
    if (query.has("set")) Cache.set(query.get("set"), query.has("number") ? 5 : query.get("value"));
    if (query.has("fail")) throw new Error("after the write");
    return new Response(before);
  },
};
