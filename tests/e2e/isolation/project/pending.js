let late = "clean";

export default {
  async fetch(request) {
    if (request.url.endsWith("?next")) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return new Response(late);
    }
    setTimeout(() => (late = "dirty"), 5);
    fetch("{{upstream}}/slow/50").then(() => (late = "dirty"), () => (late = "dirty"));
    return new Response("left");
  },
};
