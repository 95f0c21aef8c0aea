export default {
  fetch(request) {
    const slug = request.params?.slug;
    return new Response(slug === undefined ? "This is the about page, a fixed route\n" : `This is the about page, a fixed route "${slug}"\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};
