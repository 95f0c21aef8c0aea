export default () =>
  new Response("x", {
    get headers() {
      throw new Error("the init's getter");
    },
  });
