export default {
  async fetch() {
    const before = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return new Response(`${performance.now() - before >= 15} ${Math.abs(Date.now() - new Date().getTime()) < 1000 && Date.now() > 1.7e12}`);
  },
};
