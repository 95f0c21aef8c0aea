export default {
  fetch(request) {
    if (request.url.endsWith("?plain")) return new Response("just text");
    const headers = request.url.endsWith("?own") ? { "content-type": "application/x-own" } : {};
    return new Response("<!DOCTYPE html><p>hi</p>", { headers });
  },
};
