export default {
  fetch(request) {
    const slug = request.params?.slug;
    return new Response(slug === undefined ? "The catch-all of /other got\n" : `The catch-all of /other got "${slug}"\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};
