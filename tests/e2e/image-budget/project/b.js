const table = Array.from({ length: 1000 }, (_, i) => i * i);
export default { fetch: () => new Response(`b ${table[30]}`) };
