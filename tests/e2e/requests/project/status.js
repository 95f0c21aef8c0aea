export default { fetch: () => new Response("teapot", { status: 418 }) };
