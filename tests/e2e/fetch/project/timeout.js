export default {
  async fetch() {
    const outcome = await fetch("{{upstream}}/slow/2500", { signal: AbortSignal.timeout(30) }).catch((error) => error.name);
    return new Response(String(outcome));
  },
};
