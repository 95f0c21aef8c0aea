export default {
  fetch() {
    return Response.redirect("https://example.com/", 301);
  },
};
