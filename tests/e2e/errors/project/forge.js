export default {
  fetch() {
    console.log("first\nFORGED line of the log\u001b[31m");
    return new Response("ok");
  },
};
