export default {
  async fetch(request) {
    return Response.json({ id: request.params.id, body: await request.text() });
  },
};
