export default {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("error", ({ message }) => Cache.set("idle", message));
    return new Response(null, { status: 101, webSocket: client });
  },
};
