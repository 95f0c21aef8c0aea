export default { fetch: (_, env) => Response.json(env) };
