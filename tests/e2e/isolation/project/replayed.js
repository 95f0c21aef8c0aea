const drawn = Math.random();

export default { fetch: () => new Response(String(drawn)) };
