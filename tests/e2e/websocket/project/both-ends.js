// Both ends of a pair in one worker, and the ends given away wrongly.
export default {
  async fetch(request) {
    const [a, b] = Object.values(new WebSocketPair());
    a.accept();
    b.accept();
    const got = new Promise((resolve) => b.addEventListener("message", (event) => resolve(event.data)));
    a.send("to myself");
    const text = await got;
    if (new URL(request.url).search === "?accepted") return new Response(null, { status: 101, webSocket: a });
    return new Response(text);
  },
};
