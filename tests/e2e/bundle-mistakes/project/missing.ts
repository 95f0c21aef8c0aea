import { helper } from "./_lib/absent";
export default { fetch: () => new Response(helper()) };
