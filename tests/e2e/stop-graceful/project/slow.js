export default {
  async fetch() {
    await new Promise((resolve) => setTimeout(resolve, 700));
    return new Response("finished");
  },
};
