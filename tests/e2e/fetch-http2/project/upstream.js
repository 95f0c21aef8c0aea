// What the fetches ask: on the server's own port, which speaks HTTP/2 over TLS.
export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.searchParams.has("size")) return new Response("x".repeat(Number(url.searchParams.get("size"))));
    const body = await request.arrayBuffer();
    const bytes = new Uint8Array(body);
    let sum = 0;
    for (const byte of bytes) sum = (sum * 31 + byte) >>> 0;
    return new Response(`${request.method} ${url.host} ${bytes.length} ${sum}\n`);
  },
};
