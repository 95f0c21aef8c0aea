// Reads a JSON document of 25 items and answers with their sum.
export default {
  async fetch(request) {
    const { items } = await request.json();
    return Response.json({ count: items.length, sum: items.reduce((sum, { price }) => sum + price.amount, 0) });
  },
};
