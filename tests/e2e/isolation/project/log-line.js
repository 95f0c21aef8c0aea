export default {
  fetch(request) {
    console.log("unfinished", new URL(request.url).search.slice(1));
    return new Response("ok");
  },
};
