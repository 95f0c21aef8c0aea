export default {
  async fetch() {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const outcome = await fetch("{{upstream}}/slow/2500", { signal: controller.signal }).catch((error) => error.name);
    return new Response(String(outcome));
  },
};
