export default {
  async fetch(request) {
    const size = (await request.text()).length;
    return new Response(size <= 1024 ? "hello {}" : "too much");
  },
};
