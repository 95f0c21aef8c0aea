export default {
  async fetch(request) {
    try {
      return Response.json(await request.json());
    } catch (error) {
      return new Response(error.name, { status: 400 });
    }
  },
};
