export default {
  async fetch(request) {
    const { upper } = await import("./_parts/upper.mts");
    return new Response(upper("late"));
  },
};
