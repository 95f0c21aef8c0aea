export default {
  fetch(request) {
    const id = request.params?.id ?? "none";
    return new Response(`sub/[id].js answers; the id is: ${id}\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};
