export default {
  async fetch() {
    const answers = await Promise.all([1, 2, 3, 4].map(() => fetch("{{upstream}}/together/4").then((r) => r.text())));
    return new Response(answers.join());
  },
};
