import { load } from "./_lib/load";
export default { fetch: () => new Response(load()) };
