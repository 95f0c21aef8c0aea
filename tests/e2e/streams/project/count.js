export default {
  async fetch(request) {
    let size = 0;
    for await (const chunk of request.body) size += chunk.byteLength;
    return new Response(String(size));
  },
};
