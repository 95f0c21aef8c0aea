// Server-sent events: https://html.spec.whatwg.org/#server-sent-events
const event = (id, data) => `id: ${id}\nevent: tick\n${data.split("\n").map((line) => `data: ${line}\n`).join("")}\n`;

addEventListener("fetch", (fetched) => {
  const { readable, writable } = new TransformStream();
  const { request } = fetched;
  const from = Number(request.headers.get("last-event-id") ?? 0);
  const write = async () => {
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    for (let id = from + 1; id <= from + 3; id++) {
      await writer.write(encoder.encode(event(id, `tick ${id}\nof ${from + 3}`)));
      await scheduler.wait(60);
    }
    await writer.close();
  };
  fetched.waitUntil(write());
  fetched.respondWith(new Response(readable,
    { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } }));
});
