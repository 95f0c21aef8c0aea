export default {
  async fetch(request) {
    const body = await request.text();
    return new Response(`${request.method} ${request.url} ${body.length} ${request.headers.get("x-real-ip")}\n`);
  },
};
