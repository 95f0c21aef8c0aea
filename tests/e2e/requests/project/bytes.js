export default {
  async fetch(request) {
    if (request.url.endsWith("?back")) {
      return new Response(new Uint8Array([0, 255, 128, 254]), { headers: { "content-type": "application/octet-stream" } });
    }
    return Response.json([...new Uint8Array(await request.arrayBuffer())]);
  },
};
