// As Cloudflare's users write it; what is not "echo" is said by the path.
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (request.headers.get("Upgrade") !== "websocket" && !url.searchParams.has("any")) {
      return new Response("Expected Upgrade: websocket", { status: 426 });
    }
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    const mode = url.searchParams.get("mode") ?? "echo";
    const modes = {
      echo() {
        server.addEventListener("message", (event) => server.send(event.data));
        server.addEventListener("close", (event) => {
          Cache.set("closed", `${event.code} ${event.reason} ${event.wasClean} ${server.readyState}`);
        });
        server.addEventListener("error", (event) => Cache.set("error", event.message));
      },
      greet() {
        server.send("welcome");
        server.send(new Uint8Array([1, 2, 3]).buffer);
        server.send(new Uint16Array([0x0102, 0x0304]).subarray(1));
        server.close(4000, "done");
      },
      async ticks() {
        let count = 0;
        const timer = setInterval(() => {
          server.send(`tick ${++count}`);
          if (count === 3) {
            clearInterval(timer);
            server.close(1000);
          }
        }, 1);
      },
      count() {
        let sum = 0;
        server.addEventListener("message", ({ data }) => {
          sum += data.length;
          server.send(`${sum}`);
        });
      },
      async later() {
        server.addEventListener("message", async ({ data }) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          const answer = await fetch("{{upstream}}/echo", { method: "POST", body: data });
          server.send(`fetched ${(await answer.json()).body}`);
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
      throws() {
        server.addEventListener("message", ({ data }) => {
          if (data === "throw") throw new Error("a listener's own");
          if (data === "reject") return Promise.reject(new Error("a promise's own"));
          server.send("still here");
        });
      },
      spins() {
        server.addEventListener("message", ({ data }) => {
          if (data === "spin") for (;;);
          const until = Date.now() + 100;
          let turns = 0;
          while (Date.now() < until) ++turns;
          server.send("done");
        });
      },
      eats() {
        const all = [];
        server.addEventListener("message", () => {
          for (;;) all.push(new Uint8Array(1 << 20).fill(1));
        });
      },
      floods() {
        server.addEventListener("message", () => {
          // More than the kernel takes, where turns of the loop come between.
          const much = "x".repeat(150_000);
          for (let i = 0; i < 150; ++i) server.send(much);
        });
        server.addEventListener("close", ({ code }) => Cache.set("flooded", `${code} ${server.bufferedAmount}`));
      },
      silent() {},
      protocol() {},
    };
    await modes[mode]();
    const headers = mode === "protocol" ? { "Sec-WebSocket-Protocol": url.searchParams.get("choose"), "X-Own": "yes" } : {};
    return new Response(null, { status: 101, webSocket: client, headers });
  },
};
