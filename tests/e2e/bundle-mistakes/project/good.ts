export default { fetch: (): Response => new Response("good") };
