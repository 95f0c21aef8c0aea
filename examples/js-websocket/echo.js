export default {
  fetch(request) {
    if (request.headers.get("Upgrade") !== "websocket") {
      return new Response("This address speaks WebSocket.\n", { status: 426, headers: { Upgrade: "websocket" } });
    }
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", (event) => server.send(event.data));
    return new Response(null, { status: 101, webSocket: client });
  },
};
