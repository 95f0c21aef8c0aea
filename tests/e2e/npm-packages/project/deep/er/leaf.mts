import inner from "inner";

export default { fetch: (): Response => new Response(inner) };
