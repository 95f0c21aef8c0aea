const started = Date.now();
export default { fetch: () => new Response(started > 0 ? "replayed" : "no clock") };
