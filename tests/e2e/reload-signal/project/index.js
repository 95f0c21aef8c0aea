export default { fetch: (request, env) => new Response(`one ${env.WORD}`) };
