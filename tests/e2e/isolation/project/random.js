export default { fetch: () => new Response(`${Math.random()} ${crypto.randomUUID()}`) };
