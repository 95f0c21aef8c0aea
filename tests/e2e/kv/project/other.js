export default {
  fetch(request) {
    return new Response(String(Cache.get(new URL(request.url).searchParams.get("get"))));
  },
};
