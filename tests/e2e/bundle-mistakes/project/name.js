import noMatch from "./_lib/name.js";
import { absent } from "./_lib/name.js";
export default { fetch: () => new Response(noMatch + absent) };
