const text = "hello, hello ".repeat(1000);
export default {
  fetch(request) {
    const kind = new URL(request.url).searchParams.get("kind");
    if (kind === "same") return new Response(null, { status: 304, headers: { etag: '"1"' } });
    if (kind === "events") return new Response(text, { headers: { "content-type": "text/event-stream" } });
    if (kind === "image") return new Response(text, { headers: { "content-type": "image/png" } });
    if (kind === "stream") {
      const parts = ["one ", "two ", text];
      return new Response(
        new ReadableStream({
          async pull(controller) {
            if (parts.length === 0) return controller.close();
            await new Promise((go) => setTimeout(go, 1));
            controller.enqueue(new TextEncoder().encode(parts.shift()));
          },
        }),
        { headers: { "content-type": "text/plain" } },
      );
    }
    return new Response(text, { headers: { "content-type": "text/plain", etag: '"1"' } });
  },
};
