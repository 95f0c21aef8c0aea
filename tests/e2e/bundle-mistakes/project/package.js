import { Thing } from "no-such-package";
export default { fetch: () => new Response(Thing) };
