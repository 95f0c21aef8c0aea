export default { fetch: async () => new Response((await fetch("{{upstream}}/drip/4/60")).body) };
