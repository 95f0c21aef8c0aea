const app = { fetch: () => new Response("renamed") };
export { app as default };
