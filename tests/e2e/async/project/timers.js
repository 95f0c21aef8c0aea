const pause = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));

export default {
  async fetch() {
    const all = await Promise.all([pause(30, 1), pause(10, 2), pause(20, 3)]);
    return new Response(all.join());
  },
};
