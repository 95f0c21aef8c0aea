export default {
  async fetch(request) {
    return Response.json({
      method: request.method, url: request.url, mixed: request.headers.get("x-MIXED-case"),
      list: new URL(request.url).searchParams.getAll("a"), text: await request.text(), type: request.headers.get("content-type"),
    });
  },
};
