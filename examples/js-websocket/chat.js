const KEEP = 50; // messages that a newcomer sees
const LOOK = 200; // milliseconds

// Every socket has a sandbox of its own, so what all of them see is in the key/value store. Keys are in the
// order of time, and no two sockets write the same one.
const newKey = () => `${String(Date.now()).padStart(15, "0")}-${crypto.randomUUID()}`;

export default {
  fetch(request) {
    if (request.headers.get("Upgrade") !== "websocket") {
      return new Response("This address speaks WebSocket.\n", { status: 426, headers: { Upgrade: "websocket" } });
    }
    // A page of another site must not chat in the name of whoever looks at it.
    const origin = request.headers.get("Origin");
    if (origin !== null && new URL(origin).host !== new URL(request.url).host) {
      return new Response("This chat is for its own page.\n", { status: 403 });
    }
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();

    let seen = new Set();
    const tell = () => {
      const messages = Object.entries(Cache.list()).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [key] of messages.slice(0, -KEEP)) Cache.delete(key);
      const shown = messages.slice(-KEEP);
      for (const [key, text] of shown) {
        if (!seen.has(key)) server.send(text);
      }
      seen = new Set(shown.map(([key]) => key));
    };
    const timer = setInterval(tell, LOOK);
    server.addEventListener("message", ({ data }) => {
      if (typeof data !== "string" || data.length > 500) return server.close(1008, "text of 500 characters at most");
      Cache.set(newKey(), data);
      tell();
    });
    server.addEventListener("close", () => clearInterval(timer));
    tell();
    return new Response(null, { status: 101, webSocket: client });
  },
};
