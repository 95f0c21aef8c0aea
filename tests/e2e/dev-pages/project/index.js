export default {
  fetch() {
    return new Response("<p>hello</p>", { headers: { "content-type": "text/html" } });
  },
};
