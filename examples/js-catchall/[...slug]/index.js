export default {
  fetch(request) {
    const slug = request.params?.slug;
    return new Response(slug === undefined ? "The top-level catch-all got\n" : `The top-level catch-all got "${slug}"\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};
